/* The lexical grammar of CEL (language definition, Syntax). */
#include <string.h>

#include "value/cel_code.h"
#include "value/mistake.h"

static char char_at(const struct pl_cel_lex *lex, uint32_t at)
{
    return at < lex->source.len ? lex->source.at[at] : '\0';
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_name_start(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static int hex_digit(char c)
{
    if (is_digit(c)) {
        return c - '0';
    }
    if (c >= 'a' && c <= 'f') {
        return c - 'a' + 10;
    }
    if (c >= 'A' && c <= 'F') {
        return c - 'A' + 10;
    }
    return -1;
}

static void skip_blanks(struct pl_cel_lex *lex)
{
    for (;;) {
        const char c = char_at(lex, lex->at);
        if (lex->at < lex->source.len && c != '\0' && strchr(" \t\r\n\f", c) != NULL) {
            lex->at++;
        } else if (c == '/' && char_at(lex, lex->at + 1) == '/') {
            while (lex->at < lex->source.len && lex->source.at[lex->at] != '\n') {
                lex->at++;
            }
        } else {
            return;
        }
    }
}

/* ---- numbers ---- */

static void skip_digits(struct pl_cel_lex *lex)
{
    while (is_digit(char_at(lex, lex->at))) {
        lex->at++;
    }
}

static bool skip_exponent(struct pl_cel_lex *lex)
{
    const char sign = char_at(lex, lex->at + 1);
    const uint32_t first = lex->at + (sign == '+' || sign == '-' ? 2 : 1);

    if ((char_at(lex, lex->at) != 'e' && char_at(lex, lex->at) != 'E') ||
        !is_digit(char_at(lex, first))) {
        return false;
    }
    lex->at = first;
    skip_digits(lex);
    return true;
}

static int lex_number(struct pl_cel_lex *lex, struct pl_cel_token *token)
{
    token->kind = PL_CEL_TOKEN_INT;
    if (char_at(lex, lex->at) == '0' && char_at(lex, lex->at + 1) == 'x') {
        lex->at += 2;
        while (hex_digit(char_at(lex, lex->at)) >= 0) {
            lex->at++;
        }
    } else {
        skip_digits(lex);
        if (char_at(lex, lex->at) == '.' && is_digit(char_at(lex, lex->at + 1))) {
            token->kind = PL_CEL_TOKEN_REAL;
            lex->at++;
            skip_digits(lex);
        }
        if (skip_exponent(lex)) {
            token->kind = PL_CEL_TOKEN_REAL;
        }
    }

    const char after = char_at(lex, lex->at);
    if ((after == 'u' || after == 'U') && token->kind == PL_CEL_TOKEN_INT) {
        token->kind = PL_CEL_TOKEN_UINT;
        lex->at++;
    }
    if (is_name_start(char_at(lex, lex->at))) {
        return pl_cel_refuse(lex->err, lex->source, lex->at, "Put an operator between them.",
                             "a letter directly after a number");
    }
    return PLACET_OK;
}

/* ---- strings ---- */

/* Length of the opening quote (1 or 3) after the prefix, which is `r` or nothing. */
static uint32_t quote_len(const char *at, uint32_t left)
{
    return left >= 3 && at[1] == at[0] && at[2] == at[0] ? 3 : 1;
}

static bool is_closed(const struct pl_cel_lex *lex, char quote, uint32_t len)
{
    for (uint32_t i = 0; i < len; i++) {
        if (char_at(lex, lex->at + i) != quote) {
            return false;
        }
    }
    return true;
}

/* The prefix of a string: r, b, both or nothing. */
struct prefix {
    uint32_t len;
    bool raw;
    bool bytes;
};

static bool read_prefix(struct pl_text text, struct prefix *prefix)
{
    *prefix = (struct prefix){0};
    for (; prefix->len < 2 && prefix->len < text.len; prefix->len++) {
        const char c = (char)(text.at[prefix->len] | 0x20);
        if (c == 'r' && !prefix->raw) {
            prefix->raw = true;
        } else if (c == 'b' && !prefix->bytes && !prefix->raw) {
            prefix->bytes = true;
        } else {
            break;
        }
    }
    return prefix->len < text.len && (text.at[prefix->len] == '"' || text.at[prefix->len] == '\'');
}

static int lex_quoted(struct pl_cel_lex *lex, struct pl_cel_token *token,
                      const struct prefix *prefix)
{
    const uint32_t open = lex->at + prefix->len;
    const char quote = lex->source.at[open];
    const uint32_t len = quote_len(lex->source.at + open, lex->source.len - open);

    token->kind = prefix->bytes ? PL_CEL_TOKEN_BYTES : PL_CEL_TOKEN_STRING;
    lex->at = open + len;
    while (lex->at < lex->source.len) {
        const char c = lex->source.at[lex->at];
        if (c == quote && is_closed(lex, quote, len)) {
            lex->at += len;
            return PLACET_OK;
        }
        if (len == 1 && (c == '\n' || c == '\r')) {
            break;
        }
        lex->at += c == '\\' && !prefix->raw ? 2 : 1;
    }
    return pl_cel_refuse(lex->err, lex->source, token->offset, "Add the closing quote.",
                         "a text in quotes is not closed");
}

/* `a-name.with /signs`: only as the name of a field. */
static int lex_backticks(struct pl_cel_lex *lex, struct pl_cel_token *token)
{
    token->kind = PL_CEL_TOKEN_QUOTED;
    for (lex->at++; lex->at < lex->source.len; lex->at++) {
        const char c = lex->source.at[lex->at];
        if (c == '`' && lex->at > token->offset + 1) {
            lex->at++;
            return PLACET_OK;
        }
        if (!is_name_start(c) && !is_digit(c) && (c == '\0' || strchr("-./ ", c) == NULL)) {
            break;
        }
    }
    return pl_cel_refuse(lex->err, lex->source, token->offset,
                         "Between backticks stand letters, digits, `_`, `-`, `.`, `/` and blanks.",
                         "a name in backticks is not closed");
}

static uint32_t put_utf8(char *out, uint32_t c)
{
    if (c < 0x80) {
        out[0] = (char)c;
        return 1;
    }
    if (c < 0x800) {
        out[0] = (char)(0xC0 | (c >> 6));
        out[1] = (char)(0x80 | (c & 0x3F));
        return 2;
    }
    if (c < 0x10000) {
        out[0] = (char)(0xE0 | (c >> 12));
        out[1] = (char)(0x80 | ((c >> 6) & 0x3F));
        out[2] = (char)(0x80 | (c & 0x3F));
        return 3;
    }
    out[0] = (char)(0xF0 | (c >> 18));
    out[1] = (char)(0x80 | ((c >> 12) & 0x3F));
    out[2] = (char)(0x80 | ((c >> 6) & 0x3F));
    out[3] = (char)(0x80 | (c & 0x3F));
    return 4;
}

/* The number of `count` digits, or UINT32_MAX. */
static uint32_t digits_value(struct pl_text body, uint32_t at, uint32_t count, uint32_t base)
{
    uint32_t value = 0;

    if (count > body.len - at) {
        return UINT32_MAX;
    }
    for (uint32_t i = 0; i < count; i++) {
        const int digit = hex_digit(body.at[at + i]);
        if (digit < 0 || (uint32_t)digit >= base || value > 0x110000) {
            return UINT32_MAX;
        }
        value = value * base + (uint32_t)digit;
    }
    return value;
}

/* The code point (of bytes: the byte) of the escape at body[*at] (after the backslash), which moves
 * past it; UINT32_MAX when it is none. */
static uint32_t unescape(struct pl_text body, bool bytes, uint32_t *at)
{
    static const char names[] = "abfnrtv\\?\"'`";
    static const char meant[] = "\a\b\f\n\r\t\v\\?\"'`";
    const char c = body.at[*at];
    const char *named = c != '\0' ? strchr(names, c) : NULL;
    uint32_t value = 0;

    if (named != NULL) {
        *at += 1;
        return (uint32_t)(unsigned char)meant[named - names];
    }
    if (c >= '0' && c <= '3') {
        value = digits_value(body, *at, 3, 8);
        *at += 3;
        return value;
    }
    const uint32_t count = c == 'x' || c == 'X' ? 2 : c == 'u' ? 4 : c == 'U' ? 8 : 0;
    if (count == 0 || (bytes && count > 2)) {
        return UINT32_MAX;
    }
    value = digits_value(body, *at + 1, count, 16);
    *at += 1 + count;
    return value;
}

int pl_cel_lex_string(struct pl_cel_lex *lex, const struct pl_cel_token *token,
                      struct pl_arena *arena, struct pl_text *text_out)
{
    struct prefix prefix;
    (void)read_prefix(token->text, &prefix);
    const uint32_t quote = quote_len(token->text.at + prefix.len, token->text.len - prefix.len);
    const uint32_t open = prefix.len + quote;
    const struct pl_text body = {token->text.at + open, token->text.len - open - quote};
    char *out = pl_arena_text(arena, body.at, body.len);
    uint32_t len = 0;

    if (out == NULL) {
        return pl_cel_limit(lex->err, lex->source, token->offset,
                            "the definition does not fit in memory");
    }
    for (uint32_t at = 0; at < body.len;) {
        if (prefix.raw || body.at[at] != '\\') {
            out[len++] = body.at[at++];
            continue;
        }
        const uint32_t start = at++;
        const uint32_t c = unescape(body, prefix.bytes, &at);
        if (c > 0x10FFFF || (c >= 0xD800 && c <= 0xDFFF)) {
            return pl_cel_refuse(lex->err, lex->source, token->offset + open + start,
                                 "Write `\\\\` for a backslash.", "a wrong escape sequence");
        }
        if (prefix.bytes) {
            out[len++] = (char)c;
        } else {
            len += put_utf8(out + len, c);
        }
    }
    out[len] = '\0';
    *text_out = (struct pl_text){out, len};
    return PLACET_OK;
}

/* ---- the rest ---- */

static int lex_mark(struct pl_cel_lex *lex, struct pl_cel_token *token)
{
    static const char pairs[][3] = {"&&", "||", "==", "!=", "<=", ">="};
    static const char singles[] = "!<>+-*/%()[],.?:{}";
    const char c = char_at(lex, lex->at);

    token->kind = PL_CEL_TOKEN_MARK;
    for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
        if (c == pairs[i][0] && char_at(lex, lex->at + 1) == pairs[i][1]) {
            lex->at += 2;
            return PLACET_OK;
        }
    }
    if (c != '\0' && strchr(singles, c) != NULL) {
        lex->at++;
        return PLACET_OK;
    }

    const char *hint = c == '='   ? "Write `==` to compare."
                       : c == '&' ? "Write `&&` for \"and\"."
                       : c == '|' ? "Write `||` for \"or\"."
                       : c == '$' ? "Write the name without `$`."
                                  : "Put texts in quotes; names have letters, digits and `_`.";
    return pl_cel_refuse(lex->err, lex->source, lex->at, hint, "an unexpected character");
}

static int lex_token(struct pl_cel_lex *lex, struct pl_cel_token *token)
{
    const char c = char_at(lex, lex->at);
    const char next = char_at(lex, lex->at + 1);
    const struct pl_text rest = {lex->source.at + lex->at, lex->source.len - lex->at};
    struct prefix prefix;

    if (read_prefix(rest, &prefix)) {
        return lex_quoted(lex, token, &prefix);
    }
    if (c == '`') {
        return lex_backticks(lex, token);
    }
    if (is_digit(c) || (c == '.' && is_digit(next))) {
        return lex_number(lex, token);
    }
    if (is_name_start(c)) {
        token->kind = PL_CEL_TOKEN_NAME;
        while (is_name_start(char_at(lex, lex->at)) || is_digit(char_at(lex, lex->at))) {
            lex->at++;
        }
        return PLACET_OK;
    }
    return lex_mark(lex, token);
}

int pl_cel_lex_next(struct pl_cel_lex *lex, struct pl_cel_token *token_out)
{
    struct pl_cel_token token = {.kind = PL_CEL_TOKEN_END};

    skip_blanks(lex);
    token.offset = lex->at;
    if (lex->at < lex->source.len) {
        const int rc = lex_token(lex, &token);
        if (rc != PLACET_OK) {
            return rc;
        }
        token.text = (struct pl_text){lex->source.at + token.offset, lex->at - token.offset};
    }
    *token_out = token;
    return PLACET_OK;
}
