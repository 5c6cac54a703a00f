#include "support/world_time.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>
#include <placet/error.h>
#include <stdlib.h>

#include "definition/definition.h"

#define ZONE_MINUTES 480
#define FILE_MAX     (1u << 16)

#define HEARING      (1u << (PL_STOP_HEARING - PL_STOP_FIRST_REASON))
#define TEST         (1u << (PL_STOP_TEST - PL_STOP_FIRST_REASON))

void build_calendar_cn(struct build *b)
{
    static char text[FILE_MAX];
    FILE *const file = fopen(PLACET_SOURCE_DIR "/workflows/calendars/cn.yaml", "rb");
    struct pl_diags *const diags = pl_diags_new();

    assert_non_null(file);
    assert_non_null(diags);
    const struct pl_text yaml = {text, (uint32_t)fread(text, 1, sizeof text, file)};

    (void)fclose(file);
    assert_int_equal(pl_calendar_load(yaml, "calendars/cn.yaml", diags, &b->def.calendar),
                     PLACET_OK);
    free(diags);
}

uint16_t build_three_clocks(struct build *b)
{
    const uint16_t step = build_ask(b);

    build_limit(b, step, WD(20));
    b->steps[step].has_statutory = true;
    b->steps[step].statutory = WD(30);
    b->steps[step].has_internal = true;
    b->steps[step].internal = WD(10);
    b->steps[step].stops = HEARING | TEST;
    return step;
}

void world_at(struct world *w, const char *day)
{
    struct pl_date date;

    assert_true(pl_date_parse(pl_text_of(day), &date));
    world_until(w, pl_ms_of_day(pl_day_of_date(date), ZONE_MINUTES) + 9 * PL_HOUR_MS);
}

const char *world_day(int64_t end_ms)
{
    static char text[PL_DATE_TEXT_SIZE];

    text[0] = '\0';
    if (end_ms != 0) {
        pl_date_format(pl_date_of_day(pl_day_of_ms(end_ms - 1, ZONE_MINUTES)), text);
    }
    return text;
}

void world_expect_limits(const struct world *w, uint16_t step, const char *due,
                         const char *statutory, const char *internal)
{
    const struct pl_step *at = &w->c.steps[step];

    assert_string_equal(world_day(at->due_ms), due);
    assert_string_equal(world_day(at->statutory_ms), statutory);
    assert_string_equal(world_day(at->internal_ms), internal);
}

unsigned world_card(const struct world *w, uint16_t step, enum pl_law_clock clock)
{
    return w->c.steps[step].cards >> 2 * clock & 3;
}

static enum pl_rejection clock_command(struct world *w, enum pl_command_kind kind, uint16_t step,
                                       const char *reason, const char *estimate)
{
    return world_do(w, (struct pl_command){.kind = kind,
                                           .actor = PL_ACTOR_OFFICER,
                                           .step = step,
                                           .item = PL_NO_ITEM,
                                           .by = PL_TEXT("officer"),
                                           .code = pl_text_of(reason),
                                           .estimate = pl_text_of(estimate)});
}

enum pl_rejection world_stop(struct world *w, uint16_t step, const char *reason)
{
    return clock_command(w, PL_CMD_CLOCK_STOP, step, reason, "two weeks");
}

enum pl_rejection world_stop_told(struct world *w, uint16_t step, const char *reason,
                                  const char *estimate)
{
    return clock_command(w, PL_CMD_CLOCK_STOP, step, reason, estimate);
}

enum pl_rejection world_go_on(struct world *w, uint16_t step, const char *reason)
{
    return clock_command(w, PL_CMD_CLOCK_RESUME, step, reason, "");
}

enum pl_rejection world_extend(struct world *w, uint16_t step, const char *role)
{
    return world_do(w, (struct pl_command){.kind = PL_CMD_STEP_EXTEND,
                                           .actor = PL_ACTOR_OFFICER,
                                           .step = step,
                                           .item = PL_NO_ITEM,
                                           .by = PL_TEXT("officer"),
                                           .service = pl_text_of(role),
                                           .reason = PL_TEXT("a difficult site")});
}

enum pl_rejection world_recalendar(struct world *w, uint16_t number)
{
    w->facts.calendar = number;
    return world_do(w, (struct pl_command){.kind = PL_CMD_RECALENDAR, .actor = PL_ACTOR_ENGINE});
}
