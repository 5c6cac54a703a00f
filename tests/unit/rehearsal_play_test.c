/* A play: the same every time, whatever was played before, from an arena that begins anew; and
 * every case is a fold of its events. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "definition/files.h"
#include "rehearsal/company.h"
#include "rehearsal/play.h"

#define PATTERNS    PLACET_SOURCE_DIR "/tests/patterns/"
#define CASES_MAX   16
#define MEMORY_SIZE (1u << 20)
#define PLAYS       10000

/* Folds every event again beside the play. */
struct fold {
    struct pl_case cases[CASES_MAX];
    uint64_t ids[CASES_MAX];
    const struct pl_definition *defs[CASES_MAX];
    uint32_t case_count;
    uint32_t events;
    uint64_t hash; /* of kinds, steps, items and times in their order */
    bool folding;
};

struct stage {
    struct pl_company_files files;
    struct pl_answers answers;
    struct pl_arena arena;
    struct pl_play *play;
    struct fold fold;
    void *memory;
};

static struct pl_case *case_of(struct fold *f, const struct pl_event *event,
                               const struct pl_event_subject *subject)
{
    for (uint32_t i = 0; i < f->case_count; i++) {
        if (f->ids[i] == event->case_id.v) {
            return &f->cases[i];
        }
    }
    assert_true(f->case_count < CASES_MAX && event->kind == PL_EVT_CASE_STARTED);
    struct pl_case *c = &f->cases[f->case_count];
    memset(c, 0, sizeof(*c));
    c->steps = calloc(subject->def->step_count, sizeof(*c->steps));
    c->tasks = calloc(subject->def->task_count + 1U, sizeof(*c->tasks));
    assert_true(c->steps != NULL && c->tasks != NULL);
    f->ids[f->case_count] = event->case_id.v;
    f->defs[f->case_count++] = subject->def;
    return c;
}

static void take(void *context, const struct pl_event *event, struct pl_event_place place,
                 const struct pl_event_subject *subject)
{
    struct fold *f = context;
    const uint64_t row[] = {(uint64_t)event->kind, event->step, event->item, place.seq,
                            (uint64_t)place.at_ms, f->hash};

    assert_true(place.prev == place.seq - 1);
    f->hash = pl_hash64(row, sizeof(row));
    f->events++;
    if (f->folding && event->kind != PL_EVT_COMMAND_REJECTED) {
        pl_core_apply(subject->def, case_of(f, event, subject), event, place.seq, place.at_ms);
    }
}

static void forget(struct fold *f)
{
    for (uint32_t i = 0; i < f->case_count; i++) {
        free(f->cases[i].steps);
        free(f->cases[i].tasks);
    }
    *f = (struct fold){.folding = f->folding};
}

static void set_up(struct stage *s, const char *workflow, const char *answers)
{
    struct pl_diags *diags = pl_diags_new();
    char *report = NULL;
    char *text = NULL;
    size_t size = 0;

    memset(s, 0, sizeof(*s));
    s->memory = malloc(MEMORY_SIZE);
    s->play = pl_play_new();
    assert_true(diags != NULL && s->memory != NULL && s->play != NULL);
    pl_arena_init(&s->arena, s->memory, MEMORY_SIZE);
    assert_int_equal(
        pl_company_read(workflow, PLACET_TEXT, PLACET_ENGLISH, &s->files, &report, NULL),
        PLACET_OK);
    assert_int_equal(pl_file_read(answers, &text, &size, NULL), PLACET_OK);
    assert_int_equal(pl_answers_read((struct pl_text){text, (uint32_t)size}, NULL,
                                     &s->files.company, &s->arena, diags, &s->answers),
                     PLACET_OK);
    free(text);
    free(diags);
}

static void tear_down(struct stage *s)
{
    forget(&s->fold);
    pl_company_free(&s->files);
    pl_play_free(s->play);
    free(s->memory);
}

static void play(struct stage *s, bool folding)
{
    struct placet_error err = {0};

    s->fold.folding = folding;
    forget(&s->fold);
    assert_int_equal(pl_play_run(s->play, &s->files.company, &s->answers, take, &s->fold, &err),
                     PLACET_OK);
}

/* Whoever stands still waits for something that can come (I9). */
static void check_cases(const struct stage *s)
{
    assert_true(s->fold.case_count == pl_play_count(s->play));
    for (uint32_t i = 0; i < s->fold.case_count; i++) {
        const struct pl_case *again = &s->fold.cases[i];
        const struct pl_played *played = pl_play_case(s->play, i);
        struct pl_case flat = played->c;

        flat.steps = again->steps;
        flat.tasks = again->tasks;
        flat.key = again->key;
        flat.by = again->by;
        assert_memory_equal(&flat, again, sizeof(flat));
        assert_memory_equal(played->c.steps, again->steps,
                            again->step_count * sizeof(*again->steps));
        assert_memory_equal(played->c.tasks, again->tasks,
                            again->task_count * sizeof(*again->tasks));
        assert_true(pl_core_has_wake_source(played->def, &played->c));
    }
}

static void test_a_play_is_a_fold_of_its_events(void **state)
{
    static const char *const cases[][2] = {
        {"01_sequence/sequence.yaml", "01_sequence/both.answers.yaml"},
        {"10_arbitrary_cycles/arbitrary_cycles.yaml",
         "10_arbitrary_cycles/both_loops.answers.yaml"},
        {"15_instances_not_known_before/instances_not_known_before.yaml",
         "15_instances_not_known_before/closed_while_open.answers.yaml"},
        {"22_recursion/recursion.yaml", "22_recursion/too_deep.answers.yaml"},
        {"41_thread_merge/thread_merge.yaml", "41_thread_merge/two_visits.answers.yaml"},
    };
    struct stage s;
    char workflow[512];
    char answers[512];

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        (void)snprintf(workflow, sizeof(workflow), "%s%s", PATTERNS, cases[i][0]);
        (void)snprintf(answers, sizeof(answers), "%s%s", PATTERNS, cases[i][1]);
        set_up(&s, workflow, answers);
        play(&s, true);
        check_cases(&s);
        assert_int_equal(s.fold.events, pl_play_events(s.play));
        tear_down(&s);
    }
}

static double seconds(void)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* Thousands in a row, as tests of definitions will play them. The time is told, not judged. */
static void test_every_play_is_the_same(void **state)
{
    struct stage s;

    (void)state;
    set_up(&s, PATTERNS "10_arbitrary_cycles/arbitrary_cycles.yaml",
           PATTERNS "10_arbitrary_cycles/both_loops.answers.yaml");
    play(&s, false);
    const uint64_t hash = s.fold.hash;
    const double begin = seconds();
    for (unsigned i = 0; i < PLAYS; i++) {
        play(&s, false);
        assert_true(s.fold.hash == hash);
    }
    print_message("%d plays of %u events: %.2f s\n", PLAYS, s.fold.events, seconds() - begin);
    tear_down(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_play_is_a_fold_of_its_events),
        cmocka_unit_test(test_every_play_is_the_same),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
