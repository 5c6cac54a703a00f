#include "value/schema_formats.h"

#include <stdio.h>
#include <string.h>

#include "base/time.h"

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool are_digits(struct pl_text text)
{
    for (uint32_t i = 0; i < text.len; i++) {
        if (!is_digit(text.at[i])) {
            return false;
        }
    }
    return text.len > 0;
}

static struct pl_text part(struct pl_text text, uint32_t from, uint32_t len)
{
    return (struct pl_text){text.at + from, len};
}

static struct pl_text behind(struct pl_text text, uint32_t from)
{
    return part(text, from, text.len - from);
}

static enum pl_format_fault shape(bool fits)
{
    return fits ? PL_FORMAT_FITS : PL_FORMAT_SHAPE;
}

/* ---- dates and times (RFC 3339) ---- */

static enum pl_format_fault check_date(struct pl_text text)
{
    struct pl_date date;
    return shape(pl_date_parse(text, &date));
}

/* Two digits up to a maximum; -1 for anything else. */
static int two_digits(const char *at, int max)
{
    if (!is_digit(at[0]) || !is_digit(at[1])) {
        return -1;
    }
    const int number = (at[0] - '0') * 10 + (at[1] - '0');
    return number <= max ? number : -1;
}

/* Minutes east of Greenwich; false when it is no zone. */
static bool read_zone(struct pl_text text, int *minutes_out)
{
    if (text.len == 1 && (text.at[0] == 'Z' || text.at[0] == 'z')) {
        *minutes_out = 0;
        return true;
    }
    if (text.len != 6 || (text.at[0] != '+' && text.at[0] != '-') || text.at[3] != ':') {
        return false;
    }
    const int hours = two_digits(text.at + 1, 23);
    const int minutes = two_digits(text.at + 4, 59);
    *minutes_out = (hours * 60 + minutes) * (text.at[0] == '-' ? -1 : 1);
    return hours >= 0 && minutes >= 0;
}

static enum pl_format_fault check_time(struct pl_text text)
{
    int zone = 0;
    uint32_t at = 8;

    if (text.len < 9 || text.at[2] != ':' || text.at[5] != ':') {
        return PL_FORMAT_SHAPE;
    }
    const int hour = two_digits(text.at, 23);
    const int minute = two_digits(text.at + 3, 59);
    const int second = two_digits(text.at + 6, 60);
    if (text.at[at] == '.') {
        const uint32_t first = ++at;
        while (at < text.len && is_digit(text.at[at])) {
            at++;
        }
        if (at == first) {
            return PL_FORMAT_SHAPE;
        }
    }
    if (hour < 0 || minute < 0 || second < 0 || !read_zone(behind(text, at), &zone)) {
        return PL_FORMAT_SHAPE;
    }
    /* a leap second ends a day of UTC */
    const int of_day = ((hour * 60 + minute - zone) % 1440 + 1440) % 1440;
    return shape(second < 60 || of_day == 1439);
}

static enum pl_format_fault check_date_time(struct pl_text text)
{
    if (text.len < 20 || (text.at[10] != 'T' && text.at[10] != 't') ||
        check_date(part(text, 0, 10)) != PL_FORMAT_FITS) {
        return PL_FORMAT_SHAPE;
    }
    return check_time(behind(text, 11));
}

/* ---- addresses ---- */

static bool is_label(struct pl_text label)
{
    if (label.len == 0 || label.len > 63 || label.at[0] == '-' || label.at[label.len - 1] == '-') {
        return false;
    }
    for (uint32_t i = 0; i < label.len; i++) {
        if (!is_letter(label.at[i]) && !is_digit(label.at[i]) && label.at[i] != '-') {
            return false;
        }
    }
    return true;
}

static bool is_host(struct pl_text host)
{
    while (host.len > 0) {
        const char *dot = memchr(host.at, '.', host.len);
        const uint32_t len = dot != NULL ? (uint32_t)(dot - host.at) : host.len;
        if (!is_label(part(host, 0, len)) || len + 1 == host.len) {
            return false;
        }
        host = behind(host, dot != NULL ? len + 1 : len);
        if (host.len == 0) {
            return true;
        }
    }
    return false;
}

/* A dot-atom of RFC 5322 at a host; quoted names and numbers in brackets are not in use. */
static enum pl_format_fault check_email(struct pl_text text)
{
    const char *at_sign = text.len > 0 ? memchr(text.at, '@', text.len) : NULL;
    const uint32_t len = at_sign != NULL ? (uint32_t)(at_sign - text.at) : 0;

    if (len == 0 || len > 64 || text.at[0] == '.' || text.at[len - 1] == '.') {
        return PL_FORMAT_SHAPE;
    }
    for (uint32_t i = 0; i < len; i++) {
        const char c = text.at[i];
        if (!is_letter(c) && !is_digit(c) && strchr(".!#$%&'*+-/=?^_`{|}~", c) == NULL) {
            return PL_FORMAT_SHAPE;
        }
        if (c == '.' && text.at[i + 1] == '.') {
            return PL_FORMAT_SHAPE;
        }
    }
    return shape(is_host(behind(text, len + 1)));
}

static bool is_hex(char c)
{
    return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

/* The characters of RFC 3986: a percent sign stands before two digits of base 16. */
static bool has_uri_characters(struct pl_text text, const char *marks)
{
    for (uint32_t i = 0; i < text.len; i++) {
        const char c = text.at[i];
        if (c == '%') {
            if (text.len - i < 3 || !is_hex(text.at[i + 1]) || !is_hex(text.at[i + 2])) {
                return false;
            }
        } else if (!is_letter(c) && !is_digit(c) && (c == '\0' || strchr(marks, c) == NULL)) {
            return false;
        }
    }
    return true;
}

/* Characters of the host at the beginning: a name, or IPv6 in brackets. */
static uint32_t host_length(struct pl_text text)
{
    const char *end = memchr(text.at, text.len > 0 && text.at[0] == '[' ? ']' : ':', text.len);

    if (text.len == 0 || text.at[0] != '[') {
        return end != NULL ? (uint32_t)(end - text.at) : text.len;
    }
    return end != NULL ? (uint32_t)(end - text.at) + 1 : 0;
}

static bool is_uri_host(struct pl_text host)
{
    if (host.len == 0 || host.at[0] != '[') {
        return has_uri_characters(host, "-._~!$&'()*+,;=");
    }
    for (uint32_t i = 1; i + 1 < host.len; i++) {
        if (!is_hex(host.at[i]) && host.at[i] != ':' && host.at[i] != '.') {
            return false;
        }
    }
    return host.len >= 4; /* [::] */
}

/* `user@host:port` */
static bool is_authority(struct pl_text text)
{
    const char *at_sign = memchr(text.at, '@', text.len);

    if (at_sign != NULL) {
        const uint32_t len = (uint32_t)(at_sign - text.at);
        if (!has_uri_characters(part(text, 0, len), "-._~!$&'()*+,;=:")) {
            return false;
        }
        text = behind(text, len + 1);
    }
    const uint32_t host = host_length(text);
    const struct pl_text port = behind(text, host);
    return is_uri_host(part(text, 0, host)) &&
           (port.len == 0 || (port.at[0] == ':' && (port.len == 1 || are_digits(behind(port, 1)))));
}

static enum pl_format_fault check_uri(struct pl_text text)
{
    uint32_t at = 0;

    while (at < text.len && (is_letter(text.at[at]) || is_digit(text.at[at]) ||
                             memchr("+-.", text.at[at], 3) != NULL)) {
        at++;
    }
    if (at == 0 || at == text.len || text.at[at] != ':' || !is_letter(text.at[0])) {
        return PL_FORMAT_SHAPE;
    }
    struct pl_text left = behind(text, at + 1);
    if (left.len >= 2 && memcmp(left.at, "//", 2) == 0) {
        uint32_t len = 2;
        while (len < left.len && memchr("/?#", left.at[len], 3) == NULL) {
            len++;
        }
        if (!is_authority(part(left, 2, len - 2))) {
            return PL_FORMAT_SHAPE;
        }
        left = behind(left, len);
    }
    const char *hash = memchr(left.at, '#', left.len);
    const uint32_t len = hash != NULL ? (uint32_t)(hash - left.at) : left.len;
    const struct pl_text fragment = hash != NULL ? behind(left, len + 1) : part(left, len, 0);
    return shape(has_uri_characters(part(left, 0, len), "-._~!$&'()*+,;=:@/?") &&
                 has_uri_characters(fragment, "-._~!$&'()*+,;=:@/?"));
}

/* Mobile numbers of the mainland, with or without +86; numbers with an area code of three or four
 * digits, and an extension. */
static enum pl_format_fault check_phone(struct pl_text text)
{
    const bool is_abroad = text.len > 3 && memcmp(text.at, "+86", 3) == 0;
    const struct pl_text mobile = is_abroad ? behind(text, 3) : text;

    if (mobile.len == 11 && mobile.at[0] == '1' && mobile.at[1] >= '3' && are_digits(mobile)) {
        return PL_FORMAT_FITS;
    }
    const char *dash = text.len > 0 ? memchr(text.at, '-', text.len) : NULL;
    const uint32_t area = dash != NULL ? (uint32_t)(dash - text.at) : 0;
    if (area < 3 || area > 4 || text.at[0] != '0' || text.at[1] == '0' ||
        !are_digits(part(text, 0, area))) {
        return PL_FORMAT_SHAPE;
    }
    const struct pl_text left = behind(text, area + 1);
    dash = left.len > 0 ? memchr(left.at, '-', left.len) : NULL;
    const uint32_t local = dash != NULL ? (uint32_t)(dash - left.at) : left.len;
    if (local < 7 || local > 8 || !are_digits(part(left, 0, local))) {
        return PL_FORMAT_SHAPE;
    }
    const struct pl_text extension = behind(left, dash != NULL ? local + 1 : local);
    return shape(dash == NULL || (extension.len <= 6 && are_digits(extension)));
}

/* ---- numbers with a check digit ---- */

static const char *const digits_of_credit_code = "0123456789ABCDEFGHJKLMNPQRTUWXY";

/* The place of a character in an alphabet; -1 when it is not in it. */
static int value_of(char c, const char *alphabet)
{
    const char *found = c != '\0' ? strchr(alphabet, c) : NULL;
    return found != NULL ? (int)(found - alphabet) : -1;
}

/* GB 32100-2015: the eighteenth character makes the sum, weighted by powers of 3, a multiple of 31.
 */
static enum pl_format_fault check_credit_code(struct pl_text text)
{
    int sum = 0;
    int weight = 1;

    if (text.len != 18 || !are_digits(part(text, 2, 6))) {
        return PL_FORMAT_SHAPE;
    }
    for (uint32_t i = 0; i < 18; i++) {
        const int value = value_of(text.at[i], digits_of_credit_code);
        if (value < 0) {
            return PL_FORMAT_SHAPE;
        }
        sum += value * (i < 17 ? weight : 1);
        weight = weight * 3 % 31;
    }
    return sum % 31 == 0 ? PL_FORMAT_FITS : PL_FORMAT_CHECK_DIGIT;
}

/* GB 11714-1997: eight characters and one modulo 11, where 10 is written X; the dash before it may
 * be left out. */
static enum pl_format_fault check_organisation_code(struct pl_text text)
{
    static const int weights[8] = {3, 7, 9, 10, 5, 8, 4, 2};
    const bool has_dash = text.len == 10 && text.at[8] == '-';
    int sum = 0;

    if (text.len != 9 && !has_dash) {
        return PL_FORMAT_SHAPE;
    }
    for (uint32_t i = 0; i < 8; i++) {
        const int value = value_of(text.at[i], "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ");
        if (value < 0) {
            return PL_FORMAT_SHAPE;
        }
        sum += value * weights[i];
    }
    const int check = value_of(text.at[text.len - 1], "0123456789X");
    if (check < 0) {
        return PL_FORMAT_SHAPE;
    }
    return (sum + check) % 11 == 0 ? PL_FORMAT_FITS : PL_FORMAT_CHECK_DIGIT;
}

/* GB 11643-1999, 4.2: division, birthday, sequence, and a check character modulo 11-2 (ISO 7064).
 * The numbers of 15 digits before it are out of use since 2013 (Identity Card Law, art 23). */
static enum pl_format_fault check_identity_number(struct pl_text text)
{
    static const int weights[17] = {7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2};
    char date[10];
    int sum = 0;

    if (text.len != 18 || !are_digits(part(text, 0, 17)) || text.at[0] == '0') {
        return PL_FORMAT_SHAPE;
    }
    const int check = value_of(text.at[17], "10X98765432");
    if (check < 0) {
        return PL_FORMAT_SHAPE;
    }
    memcpy(date, text.at + 6, 4);
    date[4] = date[7] = '-';
    memcpy(date + 5, text.at + 10, 2);
    memcpy(date + 8, text.at + 12, 2);
    if (check_date((struct pl_text){date, 10}) != PL_FORMAT_FITS) {
        return PL_FORMAT_NO_SUCH_DAY;
    }
    for (uint32_t i = 0; i < 17; i++) {
        sum += (text.at[i] - '0') * weights[i];
    }
    return sum % 11 == check ? PL_FORMAT_FITS : PL_FORMAT_CHECK_DIGIT;
}

/* ---- the registry ---- */

static const struct pl_format formats[] = {
#define FORMAT(NAME, CHECKER, WHAT, WHAT_ZH, EXAMPLE) {NAME, CHECKER, WHAT, WHAT_ZH, EXAMPLE},
#include "value/schema_formats.def"
#undef FORMAT
};

const struct pl_format *pl_format_of(struct pl_text name)
{
    for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++) {
        if (pl_text_is(name, formats[i].name)) {
            return &formats[i];
        }
    }
    return NULL;
}

const char *pl_format_closest(struct pl_text name)
{
    static const char *const names[] = {
#define FORMAT(NAME, CHECKER, WHAT, WHAT_ZH, EXAMPLE) NAME,
#include "value/schema_formats.def"
#undef FORMAT
    };
    char word[40];

    if (name.len >= sizeof(word)) {
        return NULL;
    }
    (void)snprintf(word, sizeof(word), "%.*s", (int)name.len, name.at);
    return pl_text_closest(word, names, sizeof(names) / sizeof(names[0]));
}
