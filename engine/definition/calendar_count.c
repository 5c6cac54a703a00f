/* `placet calendar count`: the end of a limit by a calendar. */
#include <placet/definition.h>
#include <stdlib.h>
#include <string.h>

#include "base/time.h"
#include "definition/definition.h"
#include "definition/files.h"
#include "definition/load.h"
#include "definition/page.h"
#include "value/mistake.h"

/* One question and its answer. */
struct count {
    struct pl_calendar calendar;
    struct pl_span span;
    int32_t start_day;
    struct pl_deadline end;
};

static const struct pl_place nowhere = {0};

static int parse_question(const char *start_date, const char *duration, struct count *c,
                          struct placet_error *err)
{
    struct pl_date date;

    if (!pl_date_parse(pl_text_of(start_date), &date)) {
        return pl_mistake(err, PLACET_EINVALID, nowhere,
                          "Write year, month and day, such as 2016-04-20.",
                          "there is no day \"%s\"", start_date);
    }
    const struct pl_span_mistake mistake = pl_span_parse(pl_text_of(duration), &c->span);
    if (mistake.message != NULL) {
        return pl_mistake(err, PLACET_EINVALID, nowhere, mistake.hint, "\"%s\": %s", duration,
                          mistake.message);
    }
    c->start_day = pl_day_of_date(date);
    return PLACET_OK;
}

int pl_calendar_read(const char *path, struct pl_calendar *calendar_out, struct placet_error *err)
{
    const char *slash = strrchr(path, '/');
    char name[PL_BUNDLE_NAME_SIZE];
    struct pl_builder b;
    char *text = NULL;
    size_t size = 0;

    int rc = pl_file_read(path, &text, &size, err);
    if (rc != PLACET_OK) {
        return rc;
    }
    struct pl_diags *diags = pl_diags_new();
    if (diags == NULL) {
        free(text);
        return pl_mistake(err, PLACET_ENOMEM, nowhere, NULL, "out of memory");
    }
    pl_builder_init(&b, name, sizeof(name));
    pl_builder_addf(&b, "calendars/%s", slash != NULL ? slash + 1 : path);
    rc = pl_calendar_load((struct pl_text){text, (uint32_t)size}, name, diags, calendar_out);
    if (rc == PLACET_ENOMEM) {
        rc = pl_mistake(err, rc, nowhere, NULL, "out of memory");
    } else if (rc != PLACET_OK) {
        const struct pl_diag *first = &diags->list[0];
        const struct pl_place place = {path, first->place.mark.line, first->place.mark.column};
        rc = pl_mistake(err, rc, place, first->hint, "%s", first->message);
    }
    free(diags);
    free(text);
    return rc;
}

static char *show_json(const struct count *c)
{
    const int32_t working = pl_calendar_working_days(&c->calendar, c->start_day, c->end.day);
    uint8_t bytes[512];
    struct pl_writer out;

    pl_writer_init(&out, bytes, sizeof(bytes));
    pl_write_map(&out, 8);
    pl_write_key_string(&out, "date", pl_small_day(c->end.day).at);
    pl_write_string(&out, "working_days");
    pl_write_i64(&out, working);
    pl_write_string(&out, "calendar_days");
    pl_write_i64(&out, c->end.day - c->start_day);
    pl_write_key_string(&out, "start", pl_small_day(c->start_day).at);
    pl_write_key_string(&out, "duration", pl_small_span(c->span, false).at);
    pl_write_key_string(&out, "calendar", c->calendar.id);
    pl_write_key_u64(&out, "version", c->calendar.version);
    pl_write_key_bool(&out, "beyond_calendar", c->end.beyond);
    return pl_page_json(&out);
}

static char *show_text(const struct count *c, bool colour)
{
    static const char *const weekdays[] = {"Monday", "Tuesday",  "Wednesday", "Thursday",
                                           "Friday", "Saturday", "Sunday"};
    const int32_t working = pl_calendar_working_days(&c->calendar, c->start_day, c->end.day);
    const int32_t days = c->end.day - c->start_day;
    struct pl_page page;

    if (!pl_page_begin(&page, 4096, colour)) {
        return NULL;
    }
    pl_page_addf(&page, colour ? "\033[1m%s\033[0m %s\n" : "%s %s\n", pl_small_day(c->end.day).at,
                 weekdays[pl_weekday(c->end.day) - 1]);
    pl_page_addf(&page, "%s after %s (not counted): %d working days, %d days\n",
                 pl_small_span(c->span, false).at, pl_small_day(c->start_day).at, working, days);
    if (c->end.beyond) {
        pl_page_addf(&page, "Calendar %s does not know that year yet: only weekends are off.\n",
                     c->calendar.id);
    }
    return pl_page_end(&page);
}

int placet_calendar_count(const char *calendar_path, const char *start_date, const char *duration,
                          enum placet_format format, char **text_out, struct placet_error *err)
{
    struct count *c = calloc(1, sizeof(*c));
    char *text = NULL;

    if (c == NULL) {
        return pl_mistake(err, PLACET_ENOMEM, nowhere, NULL, "out of memory");
    }
    int rc = parse_question(start_date, duration, c, err);
    if (rc == PLACET_OK) {
        rc = pl_calendar_read(calendar_path, &c->calendar, err);
    }
    if (rc == PLACET_OK) {
        const int64_t start_ms = pl_ms_of_day(c->start_day, c->calendar.zone_minutes);
        c->end = pl_calendar_deadline(&c->calendar, start_ms, c->span);
        text = format == PLACET_JSON ? show_json(c) : show_text(c, format == PLACET_TEXT_COLOUR);
        rc = text != NULL ? PLACET_OK
                          : pl_mistake(err, PLACET_ENOMEM, nowhere, NULL, "out of memory");
    }
    free(c);
    if (rc == PLACET_OK) {
        *text_out = text;
    }
    return rc;
}
