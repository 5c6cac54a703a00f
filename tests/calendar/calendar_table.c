/* The engine's calendars, working-day arithmetic and clocks as a filter, for brute_force_test.py.
 *
 *     calendar_table working|plain CALENDAR_FILE COUNT_MAX
 *     calendar_table law CALENDAR_FILE < courses
 *
 * Loads the calendar as the engine does. The first form prints a line for each of its days as the
 * day of the event: the ends of the limits of 1 to COUNT_MAX days, in milliseconds, with a "+"
 * behind those that the calendar does not cover.
 *
 * The second reads the course of a case from each line and prints where the limits end that
 * course_limits names, after a case for each of them went through the core:
 *
 *     START_MS EXTENSION_COUNT EXTENSION_UNIT [AT_MS WHAT]...
 *
 * where WHAT is `p` and `r` for pause and resume, `e` for the extension, `s0` to `s8` and `g0` to
 * `g8` for a stop and its end by the number of its reason. */
#include <inttypes.h>
#include <placet/error.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "base/time.h"
#include "core/core.h"
#include "definition/definition.h"
#include "model/calendar.h"
#include "support/definition_builder.h"

#define FILE_MAX   (1u << 20)
#define LINE_MAX   1024
#define EVENTS_MAX 16

/* Limits of each course: 1 to this many of a unit. */
static const struct pl_span course_limits[] = {
    {60, PL_UNIT_WORKING_DAYS}, {60, PL_UNIT_DAYS}, {12, PL_UNIT_MONTHS}, {3, PL_UNIT_YEARS}};

static struct pl_calendar calendar;

_Noreturn static void refuse(const char *what)
{
    (void)fprintf(stderr, "calendar_table: bad %s\n", what);
    exit(2);
}

static void load(const char *path)
{
    static char text[FILE_MAX];
    FILE *file = fopen(path, "rb");
    struct pl_diags *diags = pl_diags_new();

    if (file == NULL || diags == NULL) {
        refuse(path);
    }
    const size_t size = fread(text, 1, sizeof text, file);
    (void)fclose(file);
    const struct pl_text yaml = {text, (uint32_t)size};
    if (pl_calendar_load(yaml, "calendars/cn.yaml", diags, &calendar) != PLACET_OK) {
        refuse(diags->list[0].message);
    }
    free(diags);
}

static void print_row(int32_t day, enum pl_unit unit, uint32_t count_max)
{
    /* Some moment of the day; which one must not matter. */
    const int64_t at_ms =
        pl_ms_of_day(day, calendar.zone_minutes) + (int64_t)day * 7919000 % PL_DAY_MS;

    for (uint32_t n = 1; n <= count_max; n++) {
        const struct pl_deadline end =
            pl_calendar_deadline(&calendar, at_ms, (struct pl_span){n, unit});
        printf("%s%" PRId64 "%s", n == 1 ? "" : " ", end.due_ms, end.beyond ? "+" : "");
    }
    (void)putchar('\n');
}

/* ---- courses of cases -------------------------------------------------------------------------
 */

struct course {
    int64_t start_ms;
    struct pl_span extension;
    unsigned count;
    struct {
        int64_t at_ms;
        char what[8];
    } events[EVENTS_MAX];
};

static struct build build;

/* A step that may stop for every reason and be extended. */
static void build_step(void)
{
    build_init(&build);
    build.def.calendar = calendar;
    const uint16_t step = build_ask(&build);

    build.steps[step].stops = UINT16_MAX;
    build_limit(&build, step, (struct pl_span){1, PL_UNIT_WORKING_DAYS});
    build_extension(&build, step, (struct pl_span){1, PL_UNIT_WORKING_DAYS});
    (void)build_done(&build);
}

static void read_course(char *line, struct course *course)
{
    static const char units[] = "wdm"; /* working days, days, months */
    static const enum pl_unit unit_of[] = {PL_UNIT_WORKING_DAYS, PL_UNIT_DAYS, PL_UNIT_MONTHS};
    char *at = line;

    course->start_ms = strtoll(at, &at, 10);
    course->extension.count = (uint32_t)strtoul(at, &at, 10);
    const char *const unit = strchr(units, at[1]);
    PL_CHECK(unit != NULL);
    course->extension.unit = unit_of[unit - units];
    at += 2;
    for (course->count = 0; *at == ' '; course->count++) {
        PL_CHECK(course->count < EVENTS_MAX);
        course->events[course->count].at_ms = strtoll(at, &at, 10);
        const size_t len = strcspn(++at, " \n");
        PL_CHECK(len < sizeof course->events[0].what);
        memcpy(course->events[course->count].what, at, len);
        course->events[course->count].what[len] = '\0';
        at += len;
    }
}

/* As the event says; texts are constants. */
static struct pl_command command_of(const char *what)
{
    struct pl_command cmd = {.actor = PL_ACTOR_OFFICER,
                             .item = PL_NO_ITEM,
                             .by = PL_TEXT("officer"),
                             .reason = PL_TEXT("because"),
                             .estimate = PL_TEXT("a while"),
                             .service = PL_TEXT("head")};

    switch (what[0]) {
    case 'p':
        cmd.kind = PL_CMD_PAUSE_CASE;
        break;
    case 'r':
        cmd.kind = PL_CMD_RESUME_CASE;
        break;
    case 'e':
        cmd.kind = PL_CMD_STEP_EXTEND;
        break;
    default:
        cmd.kind = what[0] == 's' ? PL_CMD_CLOCK_STOP : PL_CMD_CLOCK_RESUME;
        cmd.code = pl_text_of(pl_stop_word((enum pl_stop)(what[1] - '0' + PL_STOP_FIRST_REASON)));
    }
    return cmd;
}

static void decide(struct pl_case *c, struct pl_facts *facts, int64_t at_ms,
                   const struct pl_command *cmd)
{
    static struct pl_outcome out;
    static const struct pl_case_data no_data;

    facts->now_ms = at_ms;
    const bool starts = cmd->kind == PL_CMD_START;
    const enum pl_rejection rejection =
        pl_core_decide(&build.def, starts ? NULL : c, &no_data, facts, cmd, &out);

    if (rejection == PL_REJECT_LIMIT_OVER) {
        return; /* too late for an extension: nothing changes */
    }
    PL_CHECK(rejection == PL_ACCEPTED);
    struct pl_step *const steps = c->steps;
    struct pl_task *const tasks = c->tasks;

    *c = out.after;
    c->steps = steps;
    c->tasks = tasks;
    memcpy(steps, out.steps, c->step_count * sizeof *steps);
    memcpy(tasks, out.tasks, c->task_count * sizeof *tasks);
    facts->next_seq += out.event_count;
}

static int64_t end_of(const struct course *course, struct pl_span limit)
{
    struct pl_step steps[1];
    struct pl_task tasks[1];
    struct pl_case c = {.steps = steps, .tasks = tasks};
    struct pl_facts facts = {.next_seq = 1};
    const struct pl_command start = {.kind = PL_CMD_START, .actor = PL_ACTOR_PORTAL};

    build.steps[0].limit = limit;
    build.extensions[0].span = course->extension;
    decide(&c, &facts, course->start_ms, &start);
    for (unsigned i = 0; i < course->count; i++) {
        const struct pl_command cmd = command_of(course->events[i].what);

        decide(&c, &facts, course->events[i].at_ms, &cmd);
    }
    return steps[0].due_ms;
}

static void print_courses(void)
{
    struct course course;
    char line[LINE_MAX];

    build_step();
    while (fgets(line, sizeof line, stdin) != NULL) {
        read_course(line, &course);
        for (size_t k = 0; k < sizeof course_limits / sizeof course_limits[0]; k++) {
            for (uint32_t n = 1; n <= course_limits[k].count; n++) {
                const struct pl_span limit = {n, course_limits[k].unit};
                printf("%" PRId64 " ", end_of(&course, limit));
            }
        }
        (void)putchar('\n');
    }
}

int main(int argc, char **argv)
{
    if (argc == 3 && strcmp(argv[1], "law") == 0) {
        load(argv[2]);
        print_courses();
        return fflush(stdout) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
    }
    if (argc != 4) {
        refuse("arguments");
    }
    const enum pl_unit unit = strcmp(argv[1], "plain") == 0 ? PL_UNIT_DAYS : PL_UNIT_WORKING_DAYS;
    const unsigned long count_max = strtoul(argv[3], NULL, 10);

    load(argv[2]);
    for (uint32_t i = 0; i < calendar.day_count; i++) {
        print_row(calendar.first_day + (int32_t)i, unit, (uint32_t)count_max);
    }
    return fflush(stdout) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
