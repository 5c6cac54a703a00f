/* Dates in, dates out: the vectors of the law (Administrative Licensing Law art. 32, 42, 44, 45,
 * 47; Civil Code art. 201 to 203), run through cases. Deemed acceptance, notice and hearing stand
 * in core_silence_test.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "support/world_time.h"

#define ACTS_MAX 5

/* What happens to one step that begins on `begins` with a limit: STOP and GO_ON name a reason,
 * EXTEND so many units. */
enum act_kind { NOTHING, STOP, GO_ON, PAUSE, RESUME, RETURN, SUPPLEMENT, EXTEND };

struct act {
    const char *day;
    enum act_kind kind;
    const char *reason;
};

struct vector {
    const char *what;
    const char *begins;
    uint32_t count;
    enum pl_unit unit;
    uint32_t extension; /* that may be granted, in the same unit */
    const char *due;
    struct act acts[ACTS_MAX];
};

static const struct vector vectors[] = {
    {"accepted, nothing else", "2025-03-03", 20, PL_UNIT_WORKING_DAYS, 0, "2025-03-31", {{0}}},
    {"paused from 03-10 to 03-24",
     "2025-03-03",
     20,
     PL_UNIT_WORKING_DAYS,
     0,
     "2025-04-15",
     {{"2025-03-10", PAUSE, NULL}, {"2025-03-24", RESUME, NULL}}},
    {"a hearing of the same days",
     "2025-03-03",
     20,
     PL_UNIT_WORKING_DAYS,
     0,
     "2025-04-15",
     {{"2025-03-10", STOP, "hearing"}, {"2025-03-24", GO_ON, "hearing"}}},
    {"with the applicant on the same days",
     "2025-03-03",
     20,
     PL_UNIT_WORKING_DAYS,
     0,
     "2025-04-15",
     {{"2025-03-10", RETURN, NULL}, {"2025-03-24", SUPPLEMENT, NULL}}},
    {"a second stop overlaps to 03-28",
     "2025-03-03",
     20,
     PL_UNIT_WORKING_DAYS,
     0,
     "2025-04-21",
     {{"2025-03-10", STOP, "hearing"},
      {"2025-03-20", STOP, "test"},
      {"2025-03-24", GO_ON, "hearing"},
      {"2025-03-28", GO_ON, "test"}}},
    {"a pause overlaps the hearing",
     "2025-03-03",
     20,
     PL_UNIT_WORKING_DAYS,
     0,
     "2025-04-21",
     {{"2025-03-10", STOP, "hearing"},
      {"2025-03-20", PAUSE, NULL},
      {"2025-03-24", GO_ON, "hearing"},
      {"2025-03-28", RESUME, NULL}}},
    {"paused, and extended by 10",
     "2025-03-03",
     20,
     PL_UNIT_WORKING_DAYS,
     10,
     "2025-04-28",
     {{"2025-03-10", STOP, "hearing"},
      {"2025-03-24", GO_ON, "hearing"},
      {"2025-03-25", EXTEND, NULL}}},
    {"extended first, then paused",
     "2025-03-03",
     20,
     PL_UNIT_WORKING_DAYS,
     10,
     "2025-04-28",
     {{"2025-03-05", EXTEND, NULL},
      {"2025-03-10", STOP, "hearing"},
      {"2025-03-24", GO_ON, "hearing"}}},
    {"decided on 04-15: to be delivered",
     "2025-04-15",
     10,
     PL_UNIT_WORKING_DAYS,
     0,
     "2025-04-28",
     {{0}}},
    {"accepted by silence as of 09-22",
     "2025-09-22",
     20,
     PL_UNIT_WORKING_DAYS,
     0,
     "2025-10-24",
     {{0}}},
    {"supplemented on 10-13", "2025-10-13", 20, PL_UNIT_WORKING_DAYS, 0, "2025-11-10", {{0}}},
    {"right to a hearing told", "2025-04-25", 5, PL_UNIT_WORKING_DAYS, 0, "2025-05-06", {{0}}},
    {"hearing asked for", "2025-05-06", 20, PL_UNIT_WORKING_DAYS, 0, "2025-06-04", {{0}}},
    {"joint handling", "2025-09-26", 45, PL_UNIT_WORKING_DAYS, 0, "2025-12-04", {{0}}},
    {"joint handling, extended by 15",
     "2025-09-26",
     45,
     PL_UNIT_WORKING_DAYS,
     15,
     "2025-12-25",
     {{"2025-11-03", EXTEND, NULL}}},
    {"30 days end on a Sunday", "2025-05-09", 30, PL_UNIT_DAYS, 0, "2025-06-09", {{0}}},
    {"30 days and a stop of 10",
     "2025-03-03",
     30,
     PL_UNIT_DAYS,
     0,
     "2025-04-14",
     {{"2025-03-10", STOP, "hearing"}, {"2025-03-20", GO_ON, "hearing"}}},
    {"3 months to begin the works", "2025-11-30", 3, PL_UNIT_MONTHS, 0, "2026-02-28", {{0}}},
    {"2 years from a leap day", "2024-02-29", 2, PL_UNIT_YEARS, 0, "2026-02-28", {{0}}},
};

static struct build b;
static struct world w;

static void build_one(uint32_t count, enum pl_unit unit, uint32_t extension)
{
    build_init(&b);
    build_calendar_cn(&b);
    const uint16_t step = build_ask(&b);

    build_limit(&b, step, (struct pl_span){count, unit});
    build_return(&b, step, 3, PL_CLOCK_STOPS);
    b.steps[step].stops = UINT16_MAX;
    if (extension > 0) {
        build_extension(&b, step, (struct pl_span){extension, unit});
    }
    (void)build_done(&b);
}

static void begin_on(const char *day)
{
    struct pl_date date;

    assert_true(pl_date_parse(pl_text_of(day), &date));
    world_init(&w, &b.def);
    world_set_time(&w, date, 14 * PL_HOUR_MS);
    assert_int_equal(world_start(&w), PL_ACCEPTED);
}

static enum pl_rejection act(const struct act *a)
{
    switch (a->kind) {
    case STOP:
        return world_stop(&w, 0, a->reason);
    case GO_ON:
        return world_go_on(&w, 0, a->reason);
    case PAUSE:
        return world_officer(&w, PL_CMD_PAUSE_CASE, 0, 0);
    case RESUME:
        return world_officer(&w, PL_CMD_RESUME_CASE, 0, 0);
    case RETURN:
        return world_answer(&w, 0, 0, "return");
    case SUPPLEMENT:
        return world_supplement(&w);
    case EXTEND:
        return world_extend(&w, 0, "head");
    case NOTHING:
        break;
    }
    return PL_ACCEPTED;
}

static void test_vectors(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(vectors) / sizeof(vectors[0]); i++) {
        const struct vector *v = &vectors[i];

        build_one(v->count, v->unit, v->extension);
        begin_on(v->begins);
        for (unsigned k = 0; k < ACTS_MAX && v->acts[k].kind != NOTHING; k++) {
            world_at(&w, v->acts[k].day);
            assert_int_equal(act(&v->acts[k]), PL_ACCEPTED);
        }
        if (strcmp(world_day(w.c.steps[0].due_ms), v->due) != 0) {
            fail_msg("%s: %s expected, %s given", v->what, v->due, world_day(w.c.steps[0].due_ms));
        }
    }
}

/* event_date,working_days,deadline,... */
static void test_published_vectors(void **state)
{
    (void)state;
    FILE *const file = fopen(PLACET_SOURCE_DIR "/../shared/domain/clock_vectors.csv", "rb");
    char line[256];
    unsigned rows = 0;

    if (file == NULL) {
        skip();
    }
    while (fgets(line, sizeof line, file) != NULL) {
        char *end = NULL;

        if (line[0] != '2') {
            continue;
        }
        line[10] = '\0';
        build_one((uint32_t)strtoul(line + 11, &end, 10), PL_UNIT_WORKING_DAYS, 0);
        begin_on(line);
        end[11] = '\0';
        assert_string_equal(world_day(w.c.steps[0].due_ms), end + 1);
        rows++;
    }
    (void)fclose(file);
    assert_int_equal(rows, 20);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_vectors),
        cmocka_unit_test(test_published_vectors),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
