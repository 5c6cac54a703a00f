#include "definition/page.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/time.h"
#include "value/json.h"

bool pl_page_begin(struct pl_page *page, size_t size, bool colour)
{
    char *memory = malloc(size);

    if (memory == NULL) {
        return false;
    }
    pl_builder_init(&page->b, memory, size);
    page->colour = colour;
    return true;
}

char *pl_page_end(struct pl_page *page)
{
    return page->b.at;
}

static void pad(struct pl_page *page, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        pl_builder_add(&page->b, PL_TEXT(" "));
    }
}

void pl_page_left(struct pl_page *page, struct pl_text text, unsigned width)
{
    const unsigned used = pl_text_width(text);

    pl_builder_add(&page->b, text);
    pad(page, used < width ? width - used : 0);
}

void pl_page_right(struct pl_page *page, struct pl_text text, unsigned width)
{
    const unsigned used = pl_text_width(text);

    pad(page, used < width ? width - used : 0);
    pl_builder_add(&page->b, text);
}

void pl_page_addf(struct pl_page *page, const char *format, ...)
{
    char text[1024];
    va_list args;

    va_start(args, format);
    (void)vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    pl_builder_add(&page->b, pl_text_of(text));
}

void pl_page_heading(struct pl_page *page, const char *text)
{
    pl_page_addf(page, page->colour ? "\033[1m%s\033[0m\n" : "%s\n", text);
}

struct pl_small pl_small_number(int64_t number)
{
    char digits[24];
    struct pl_small small;
    struct pl_builder b;

    const int len = snprintf(digits, sizeof(digits), "%lld", (long long)number);
    pl_builder_init(&b, small.at, sizeof(small.at));
    for (int i = 0; i < len; i++) {
        const bool group = i > 0 && digits[i - 1] != '-' && (len - i) % 3 == 0;
        pl_builder_addf(&b, "%s%c", group ? "," : "", digits[i]);
    }
    return small;
}

struct pl_small pl_small_day(int32_t day)
{
    struct pl_small small;

    pl_date_format(pl_date_of_day(day), small.at);
    return small;
}

struct pl_small pl_small_span(struct pl_span span, bool brief)
{
    static const char *const words[] = {
        [PL_UNIT_WORKING_DAYS] = "working day",
        [PL_UNIT_DAYS] = "day",
        [PL_UNIT_HOURS] = "hour",
        [PL_UNIT_MINUTES] = "minute",
        [PL_UNIT_SECONDS] = "second",
        [PL_UNIT_MONTHS] = "month",
        [PL_UNIT_YEARS] = "year",
    };
    static const char *const letters[] = {
        [PL_UNIT_WORKING_DAYS] = "wd", [PL_UNIT_DAYS] = "d",    [PL_UNIT_HOURS] = "h",
        [PL_UNIT_MINUTES] = "min",     [PL_UNIT_SECONDS] = "s", [PL_UNIT_MONTHS] = "mon",
        [PL_UNIT_YEARS] = "y",
    };
    struct pl_small small;

    if (brief) {
        (void)snprintf(small.at, sizeof(small.at), "%u %s", span.count, letters[span.unit]);
    } else {
        (void)snprintf(small.at, sizeof(small.at), "%u %s%s", span.count, words[span.unit],
                       span.count == 1 ? "" : "s");
    }
    return small;
}

void pl_write_key_title(struct pl_writer *out, const char *key, const struct pl_title *title)
{
    pl_write_string(out, key);
    pl_write_map(out, 2);
    pl_write_key_text(out, "zh", title->zh);
    pl_write_key_text(out, "en", title->en);
}

char *pl_page_json(const struct pl_writer *out)
{
    char *json = NULL;

    if (!pl_writer_ok(out) || pl_json_write(pl_writer_bytes(out), true, &json) != PLACET_OK) {
        return NULL;
    }
    const size_t len = strlen(json);
    char *ended = realloc(json, len + 2);
    if (ended == NULL) {
        free(json);
        return NULL;
    }
    memcpy(ended + len, "\n", 2);
    return ended;
}
