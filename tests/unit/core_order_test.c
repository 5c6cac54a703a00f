/* Order: arcs, joins, guards, results; every row of the two tables of the language page. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/internal.h"
#include "support/world.h"

static struct build b;
static struct world w;

static int set_up(void **state)
{
    (void)state;
    build_init(&b);
    return 0;
}

static void test_sequence(void **state)
{
    (void)state;
    const uint16_t first = build_ask(&b);
    const uint16_t second = build_ask(&b);

    build_after(&b, second, first);
    world_begin(&w, build_done(&b));
    assert_true(w.c.id.v == 100);
    assert_int_equal(world_state(&w, first), PL_STEP_ACTIVE);
    assert_int_equal(world_state(&w, second), PL_STEP_WAITING);
    assert_int_equal(world_task(&w, first, 0)->state, PL_TASK_READY);

    assert_int_equal(world_answer(&w, first, 0, "approve"), PL_ACCEPTED);
    assert_int_equal(world_state(&w, first), PL_STEP_DONE);
    assert_int_equal(world_state(&w, second), PL_STEP_ACTIVE);
    assert_int_equal(world_answer(&w, second, 0, "approve"), PL_ACCEPTED);
    assert_true(w.c.finished);
    assert_int_equal(w.c.result, PL_RESULT_COMPLETED);
}

/* The events of a case are the same whatever the order of the file does to the eye: a step may
 * stand above the one that it waits for. */
static void test_file_order_is_free(void **state)
{
    (void)state;
    const uint16_t last = build_ask(&b);
    const uint16_t middle = build_tell(&b);
    const uint16_t first = build_tell(&b);

    build_after(&b, last, middle);
    build_after(&b, middle, first);
    world_begin(&w, build_done(&b));
    assert_int_equal(world_state(&w, first), PL_STEP_DONE);
    assert_int_equal(world_state(&w, middle), PL_STEP_DONE);
    assert_int_equal(world_state(&w, last), PL_STEP_ACTIVE);
    assert_true(world_saw(&w, PL_EVT_STEP_STARTED, first));
    assert_true(world_saw(&w, PL_EVT_STEP_STARTED, middle));
    assert_true(world_saw(&w, PL_EVT_STEP_STARTED, last));
}

/* The states that a step before can be in, as the rows of the table of arcs. */
enum row { OPEN, RETURNED, APPROVED, OTHERWISE, SKIPPED, UNREACHED, CANCELLED };

static struct pl_step step_in(enum row row)
{
    static const struct pl_step rows[] = {
        [OPEN] = {.state = PL_STEP_ACTIVE},
        [RETURNED] = {.state = PL_STEP_RETURNED},
        [APPROVED] = {.state = PL_STEP_DONE, .decision = PL_DECISION_APPROVE},
        [OTHERWISE] = {.state = PL_STEP_DONE, .decision = BUILD_OTHER},
        [SKIPPED] = {.state = PL_STEP_SKIPPED},
        [UNREACHED] = {.state = PL_STEP_UNREACHED},
        [CANCELLED] = {.state = PL_STEP_CANCELLED},
    };

    return rows[row];
}

static enum pl_join_state join_of(enum pl_join join, enum row first, enum row second, bool named)
{
    struct pl_step steps[] = {step_in(first), step_in(second)};
    const struct pl_case c = {.step_count = 2, .steps = steps};
    const struct pl_arc arcs[] = {
        {0, named ? PL_DECISION_APPROVE : PL_NO_DECISION},
        {1, named ? PL_DECISION_APPROVE : PL_NO_DECISION},
    };

    return pl_core_join(&c, join, 0, arcs, 2);
}

static void test_arcs(void **state)
{
    static const struct {
        enum row row;
        enum pl_join_state plain;
        enum pl_join_state named;
    } rows[] = {
        {OPEN, PL_JOIN_OPEN, PL_JOIN_OPEN},         {RETURNED, PL_JOIN_OPEN, PL_JOIN_OPEN},
        {APPROVED, PL_JOIN_STARTS, PL_JOIN_STARTS}, {OTHERWISE, PL_JOIN_STARTS, PL_JOIN_DEAD},
        {SKIPPED, PL_JOIN_STARTS, PL_JOIN_DEAD},    {UNREACHED, PL_JOIN_DEAD, PL_JOIN_DEAD},
        {CANCELLED, PL_JOIN_DEAD, PL_JOIN_DEAD},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        assert_int_equal(join_of(PL_JOIN_ALL, rows[i].row, rows[i].row, false), rows[i].plain);
        assert_int_equal(join_of(PL_JOIN_ALL, rows[i].row, rows[i].row, true), rows[i].named);
        assert_int_equal(join_of(PL_JOIN_ANY, rows[i].row, rows[i].row, false), rows[i].plain);
        assert_int_equal(join_of(PL_JOIN_ANY, rows[i].row, rows[i].row, true), rows[i].named);
    }
}

static void test_joins_of_two(void **state)
{
    static const struct {
        enum row first;
        enum row second;
        enum pl_join_state all;
        enum pl_join_state any;
    } rows[] = {
        {APPROVED, OPEN, PL_JOIN_OPEN, PL_JOIN_STARTS},
        {APPROVED, SKIPPED, PL_JOIN_STARTS, PL_JOIN_STARTS},
        {APPROVED, UNREACHED, PL_JOIN_DEAD, PL_JOIN_STARTS},
        {SKIPPED, OPEN, PL_JOIN_OPEN, PL_JOIN_OPEN},
        {SKIPPED, UNREACHED, PL_JOIN_DEAD, PL_JOIN_STARTS},
        {UNREACHED, OPEN, PL_JOIN_DEAD, PL_JOIN_OPEN},
        {CANCELLED, UNREACHED, PL_JOIN_DEAD, PL_JOIN_DEAD},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        assert_int_equal(join_of(PL_JOIN_ALL, rows[i].first, rows[i].second, false), rows[i].all);
        assert_int_equal(join_of(PL_JOIN_ALL, rows[i].second, rows[i].first, false), rows[i].all);
        assert_int_equal(join_of(PL_JOIN_ANY, rows[i].first, rows[i].second, false), rows[i].any);
        assert_int_equal(join_of(PL_JOIN_ANY, rows[i].second, rows[i].first, false), rows[i].any);
    }
}

/* A second formulation of the table of joins: what may still become of the arcs that are open
 * decides. An arc ends satisfied, passing or dead; the join starts when, whatever they become, it
 * would start at the end, and is dead when it would under none of them; `some` and the passing of
 * `any` and `need` wait for the end. */
enum fate { FATE_OPEN, FATE_SATISFIED, FATE_PASSES, FATE_DEAD, FATES };

static bool starts_at_the_end(enum pl_join join, unsigned need, const enum fate *fates,
                              unsigned count)
{
    unsigned of[FATES] = {0};

    for (unsigned i = 0; i < count; i++) {
        of[fates[i]]++;
    }
    const unsigned counted = count - of[FATE_PASSES];

    switch (join) {
    case PL_JOIN_ALL:
        return of[FATE_DEAD] == 0;
    case PL_JOIN_ANY:
    case PL_JOIN_SOME:
        return of[FATE_DEAD] < count;
    case PL_JOIN_NEED:
        return of[FATE_SATISFIED] >= (need < counted ? need : counted);
    case PL_JOIN_EACH:
        return of[FATE_SATISFIED] > 0;
    }
    return false;
}

/* Over every way in which the open arcs may end: whether the join starts in some, and in all. */
static void try_ends(enum pl_join join, unsigned need, enum fate *fates, unsigned count,
                     unsigned from, bool *some, bool *all)
{
    while (from < count && fates[from] != FATE_OPEN) {
        from++;
    }
    if (from == count) {
        const bool starts = starts_at_the_end(join, need, fates, count);

        *some |= starts;
        *all &= starts;
        return;
    }
    for (enum fate f = FATE_SATISFIED; f < FATES; f++) {
        fates[from] = f;
        try_ends(join, need, fates, count, from + 1, some, all);
    }
    fates[from] = FATE_OPEN;
}

static enum pl_join_state join_by_fates(enum pl_join join, unsigned need, enum fate *fates,
                                        unsigned count)
{
    unsigned satisfied = 0;
    unsigned open = 0;
    bool some = false;
    bool all = true;

    for (unsigned i = 0; i < count; i++) {
        satisfied += fates[i] == FATE_SATISFIED;
        open += fates[i] == FATE_OPEN;
    }
    try_ends(join, need, fates, count, 0, &some, &all);
    if (!some) {
        return PL_JOIN_DEAD;
    }
    const bool early = (join == PL_JOIN_ANY || join == PL_JOIN_EACH) && satisfied > 0;
    const bool enough = join == PL_JOIN_NEED && satisfied > 0 && all;

    return open == 0 || early || enough ? PL_JOIN_STARTS : PL_JOIN_OPEN;
}

static enum pl_join_state join_by_core(enum pl_join join, unsigned need, const enum fate *fates,
                                       unsigned count)
{
    static const enum row rows[] = {[FATE_OPEN] = OPEN,
                                    [FATE_SATISFIED] = APPROVED,
                                    [FATE_PASSES] = SKIPPED,
                                    [FATE_DEAD] = UNREACHED};
    struct pl_step steps[4];
    struct pl_arc arcs[4];
    const struct pl_case c = {.step_count = 4, .steps = steps};

    for (unsigned i = 0; i < count; i++) {
        steps[i] = step_in(rows[fates[i]]);
        arcs[i] = (struct pl_arc){(uint16_t)i, PL_NO_DECISION};
    }
    return pl_core_join(&c, join, (uint16_t)need, arcs, (uint16_t)count);
}

/* Every join, with every `need` that it may have; returns how many were compared. */
static unsigned compare_joins(enum fate *fates, unsigned count)
{
    static const enum pl_join joins[] = {PL_JOIN_ALL, PL_JOIN_ANY, PL_JOIN_SOME, PL_JOIN_NEED,
                                         PL_JOIN_EACH};
    unsigned compared = 0;

    for (size_t i = 0; i < sizeof(joins) / sizeof(joins[0]); i++) {
        const unsigned need_max = joins[i] == PL_JOIN_NEED ? count : 1;
        for (unsigned need = 1; need <= need_max; need++) {
            assert_int_equal(join_by_core(joins[i], need, fates, count),
                             join_by_fates(joins[i], need, fates, count));
            compared++;
        }
    }
    return compared;
}

/* Over every state of one to four arcs, against the formulation above. */
static void test_joins_of_all_states(void **state)
{
    unsigned compared = 0;

    (void)state;
    for (unsigned count = 1; count <= 4; count++) {
        for (unsigned n = 0; n < 1U << (2 * count); n++) {
            enum fate fates[4];
            for (unsigned i = 0; i < count; i++) {
                fates[i] = (enum fate)(n >> (2 * i) & 3);
            }
            compared += compare_joins(fates, count);
        }
    }
    assert_int_equal(compared, 4 * (4 + 16 + 64 + 256) + 4 + 2 * 16 + 3 * 64 + 4 * 256);
}

/* s0 decides `other`; s1 wanted `approve`, s2 comes after s1, s3 after any of s0 and s2. */
static void test_unreached_passes_on_at_once(void **state)
{
    (void)state;
    const uint16_t asked = build_ask(&b);
    const uint16_t dead = build_ask(&b);
    const uint16_t behind = build_ask(&b);
    const uint16_t open = build_ask(&b);

    build_rule(&b, asked, (struct pl_decision_rule){.decision = BUILD_OTHER});
    build_after_decision(&b, dead, asked, PL_DECISION_APPROVE);
    build_after(&b, behind, dead);
    build_any(&b, open);
    build_after(&b, open, behind);
    build_after(&b, open, asked);
    world_begin(&w, build_done(&b));
    assert_int_equal(world_answer(&w, asked, 0, "other"), PL_ACCEPTED);
    assert_int_equal(world_state(&w, dead), PL_STEP_UNREACHED);
    assert_int_equal(world_state(&w, behind), PL_STEP_UNREACHED);
    assert_int_equal(world_state(&w, open), PL_STEP_ACTIVE);
    assert_int_equal(world_next(&w, PL_EVT_STEP_UNREACHED, dead)->step_unreached.by_step, asked);
}

/* The same with the file upside down: examined again until nothing changes. */
static void test_unreached_passes_on_upwards(void **state)
{
    (void)state;
    const uint16_t behind = build_ask(&b);
    const uint16_t dead = build_ask(&b);
    const uint16_t asked = build_ask(&b);

    build_rule(&b, asked, (struct pl_decision_rule){.decision = BUILD_OTHER});
    build_after(&b, behind, dead);
    build_after_decision(&b, dead, asked, PL_DECISION_APPROVE);
    world_begin(&w, build_done(&b));
    assert_int_equal(world_answer(&w, asked, 0, "other"), PL_ACCEPTED);
    assert_int_equal(world_state(&w, behind), PL_STEP_UNREACHED);
    assert_true(w.c.finished);
}

static void test_any_starts_once(void **state)
{
    (void)state;
    const uint16_t one = build_ask(&b);
    const uint16_t two = build_ask(&b);
    const uint16_t join = build_ask(&b);

    build_any(&b, join);
    build_after(&b, join, one);
    build_after(&b, join, two);
    world_begin(&w, build_done(&b));
    assert_int_equal(world_answer(&w, two, 0, "approve"), PL_ACCEPTED);
    assert_int_equal(world_state(&w, join), PL_STEP_ACTIVE);
    assert_int_equal(world_answer(&w, join, 0, "approve"), PL_ACCEPTED);
    assert_false(w.c.finished);
    assert_int_equal(world_answer(&w, one, 0, "approve"), PL_ACCEPTED);
    assert_int_equal(w.c.steps[join].round, 1);
    assert_true(w.c.finished);
}

static void test_when_false_skips_and_goes_on(void **state)
{
    (void)state;
    const uint16_t fire = build_ask(&b);
    const uint16_t next = build_ask(&b);

    build_when(&b, fire, "fire");
    build_after(&b, next, fire);
    world_begin(&w, build_done(&b));
    assert_int_equal(world_state(&w, fire), PL_STEP_SKIPPED);
    assert_int_equal(world_state(&w, next), PL_STEP_ACTIVE);
    assert_true(pl_text_is(world_next(&w, PL_EVT_STEP_SKIPPED, fire)->step_skipped.reason, "fire"));

    world_init(&w, &b.def);
    world_set_form(&w, true, NULL);
    assert_int_equal(world_start(&w), PL_ACCEPTED);
    assert_int_equal(world_state(&w, fire), PL_STEP_ACTIVE);
    assert_int_equal(world_state(&w, next), PL_STEP_WAITING);
}

static void test_everything_skipped_finishes(void **state)
{
    (void)state;
    const uint16_t only = build_ask(&b);

    build_when(&b, only, "fire");
    world_begin(&w, build_done(&b));
    assert_true(w.c.finished);
    assert_int_equal(w.c.result, PL_RESULT_COMPLETED);
}

static void test_a_guard_that_fails_is_an_incident(void **state)
{
    (void)state;
    const uint16_t step = build_ask(&b);

    build_when(&b, step, "area > 100");
    world_begin(&w, build_done(&b));
    assert_int_equal(world_state(&w, step), PL_STEP_WAITING);
    assert_true(w.c.steps[step].incident);
    const struct pl_text message =
        world_next(&w, PL_EVT_STEP_INCIDENT, step)->step_incident.message;
    char text[256] = {0};

    assert_true(message.len < sizeof(text));
    memcpy(text, message.at, message.len);
    assert_non_null(strstr(text, "column 1"));
    assert_non_null(strstr(text, "no such field `area`"));

    /* Nothing changed: the same incident again. */
    assert_int_equal(world_officer(&w, PL_CMD_TASK_RETRY, step, PL_NO_ITEM), PL_ACCEPTED);
    assert_true(w.c.steps[step].incident);
    assert_int_equal(world_count(&w, PL_EVT_STEP_INCIDENT), 2);

    /* The applicant mends the form, the operator tries again; a text is still no number. */
    world_set_form(&w, false, "large");
    assert_int_equal(world_supplement(&w), PL_ACCEPTED);
    assert_true(w.c.steps[step].incident);
    assert_int_equal(world_officer(&w, PL_CMD_TASK_RETRY, step, PL_NO_ITEM), PL_ACCEPTED);
    assert_int_equal(world_count(&w, PL_EVT_STEP_INCIDENT), 3);

    assert_int_equal(world_officer(&w, PL_CMD_STEP_SKIP, step, 0), PL_ACCEPTED);
    assert_int_equal(world_state(&w, step), PL_STEP_SKIPPED);
    assert_true(w.c.finished);
}

static void test_retry_needs_an_incident(void **state)
{
    (void)state;
    const uint16_t step = build_ask(&b);

    world_begin(&w, build_done(&b));
    assert_int_equal(world_officer(&w, PL_CMD_TASK_RETRY, step, PL_NO_ITEM), PL_REJECT_STEP_STATE);
}

/* The first result of the file that holds; a fixed one when none does. */
static void test_results(void **state)
{
    (void)state;
    const uint16_t step = build_ask(&b);

    build_rule(&b, step, (struct pl_decision_rule){.decision = BUILD_OTHER});
    const uint16_t good = build_result(&b);
    const uint16_t fair = build_result(&b);

    build_result_after(&b, good, step, PL_DECISION_APPROVE);
    build_result_after(&b, fair, step, PL_NO_DECISION);
    world_begin(&w, build_done(&b));
    assert_int_equal(world_answer(&w, step, 0, "approve"), PL_ACCEPTED);
    assert_int_equal(w.c.result, good);

    world_begin(&w, &b.def);
    assert_int_equal(world_answer(&w, step, 0, "other"), PL_ACCEPTED);
    assert_int_equal(w.c.result, fair);
}

static void test_tell_does_not_wait_but_must_arrive(void **state)
{
    (void)state;
    const uint16_t tell = build_tell(&b);
    const uint16_t ask = build_ask(&b);

    build_after(&b, ask, tell);
    world_begin(&w, build_done(&b));
    assert_int_equal(world_state(&w, tell), PL_STEP_DONE);
    assert_int_equal(world_answer(&w, ask, 0, "approve"), PL_ACCEPTED);
    assert_false(w.c.finished);

    const struct pl_lease lease = world_take(&w, tell, 0);

    assert_int_equal(world_task(&w, tell, 0)->state, PL_TASK_ANSWERED);
    assert_true(w.c.finished);
    /* Whoever was told may say so once more. */
    assert_int_equal(world_complete(&w, tell, 0, lease, "approve", 99), PL_ACCEPTED);
    assert_true(w.out.repeated);
}

static void test_tell_may_be_acknowledged_without_taking(void **state)
{
    (void)state;
    const uint16_t tell = build_tell(&b);

    world_begin(&w, build_done(&b));
    assert_int_equal(world_offer(&w, tell, 0), PL_ACCEPTED);
    assert_int_equal(world_complete(&w, tell, 0, w.facts.new_lease, "", 5), PL_ACCEPTED);
    assert_true(w.c.finished);
}

static void test_signal(void **state)
{
    (void)state;
    const uint16_t ask = build_ask(&b);
    const uint16_t wait = build_wait_signal(&b, "paid");

    build_after(&b, wait, ask);
    world_begin(&w, build_done(&b));
    assert_int_equal(world_signal(&w, "sold"), PL_REJECT_NO_ONE_WAITS);
    assert_int_equal(world_answer(&w, ask, 0, "approve"), PL_ACCEPTED);
    assert_int_equal(world_state(&w, wait), PL_STEP_ACTIVE);
    assert_int_equal(world_signal(&w, "paid"), PL_ACCEPTED);
    assert_int_equal(world_state(&w, wait), PL_STEP_DONE);
    assert_int_equal(w.c.steps[wait].decision, PL_DECISION_APPROVE);
    assert_true(w.c.finished);
}

static void test_a_signal_that_comes_early_is_kept(void **state)
{
    (void)state;
    const uint16_t ask = build_ask(&b);
    const uint16_t wait = build_wait_signal(&b, "paid");
    const uint16_t last = build_ask(&b);

    build_after(&b, wait, ask);
    build_after(&b, last, wait);
    world_begin(&w, build_done(&b));
    assert_int_equal(world_signal(&w, "paid"), PL_ACCEPTED);
    assert_int_equal(world_state(&w, wait), PL_STEP_WAITING);
    assert_int_equal(world_answer(&w, ask, 0, "approve"), PL_ACCEPTED);
    assert_int_equal(world_state(&w, wait), PL_STEP_DONE);
    assert_int_equal(world_signal(&w, "paid"), PL_REJECT_NO_ONE_WAITS);
}

/* A signal is used once: a step that is opened again waits for the next one. */
static void test_a_signal_is_used_once(void **state)
{
    (void)state;
    const uint16_t wait = build_wait_signal(&b, "paid");
    const uint16_t ask = build_ask(&b);
    const uint16_t other = build_wait_signal(&b, "paid");

    build_after(&b, ask, wait);
    build_after(&b, other, ask);
    build_back(&b, ask, wait, 1);
    world_begin(&w, build_done(&b));
    assert_int_equal(world_signal(&w, "paid"), PL_ACCEPTED);
    assert_true(w.c.steps[other].signalled); /* the same message was for both */
    assert_int_equal(world_signal(&w, "paid"), PL_ACCEPTED);
    assert_false(w.c.steps[wait].signalled); /* done: nothing is kept for it */
    assert_int_equal(world_answer(&w, ask, 0, "again"), PL_ACCEPTED);
    assert_int_equal(world_state(&w, wait), PL_STEP_ACTIVE);
    assert_int_equal(world_signal(&w, "paid"), PL_ACCEPTED);
    assert_int_equal(world_state(&w, wait), PL_STEP_DONE);
}

/* Nothing is decided in a pause, and nothing is lost. */
static void test_a_signal_in_a_pause_is_kept(void **state)
{
    (void)state;
    const uint16_t ask = build_ask(&b);
    const uint16_t wait = build_wait_signal(&b, "paid");

    build_after(&b, wait, ask);
    world_begin(&w, build_done(&b));
    assert_int_equal(world_answer(&w, ask, 0, "approve"), PL_ACCEPTED);
    assert_int_equal(world_officer(&w, PL_CMD_PAUSE_CASE, 0, 0), PL_ACCEPTED);
    assert_int_equal(world_signal(&w, "paid"), PL_ACCEPTED);
    assert_int_equal(world_state(&w, wait), PL_STEP_ACTIVE);
    assert_true(w.c.steps[wait].signalled);
    assert_int_equal(world_officer(&w, PL_CMD_RESUME_CASE, 0, 0), PL_ACCEPTED);
    assert_int_equal(world_state(&w, wait), PL_STEP_DONE);
}

/* An expression that gives something else than yes or no is a fault too. */
static void test_a_guard_that_is_no_condition(void **state)
{
    (void)state;
    const uint16_t step = build_ask(&b);

    build_when(&b, step, "area");
    world_init(&w, build_done(&b));
    world_set_form(&w, false, "large");
    assert_int_equal(world_start(&w), PL_ACCEPTED);
    assert_true(w.c.steps[step].incident);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_sequence, set_up),
        cmocka_unit_test_setup(test_file_order_is_free, set_up),
        cmocka_unit_test_setup(test_arcs, set_up),
        cmocka_unit_test_setup(test_joins_of_two, set_up),
        cmocka_unit_test_setup(test_joins_of_all_states, set_up),
        cmocka_unit_test_setup(test_unreached_passes_on_at_once, set_up),
        cmocka_unit_test_setup(test_unreached_passes_on_upwards, set_up),
        cmocka_unit_test_setup(test_any_starts_once, set_up),
        cmocka_unit_test_setup(test_when_false_skips_and_goes_on, set_up),
        cmocka_unit_test_setup(test_everything_skipped_finishes, set_up),
        cmocka_unit_test_setup(test_a_guard_that_fails_is_an_incident, set_up),
        cmocka_unit_test_setup(test_retry_needs_an_incident, set_up),
        cmocka_unit_test_setup(test_results, set_up),
        cmocka_unit_test_setup(test_tell_does_not_wait_but_must_arrive, set_up),
        cmocka_unit_test_setup(test_tell_may_be_acknowledged_without_taking, set_up),
        cmocka_unit_test_setup(test_signal, set_up),
        cmocka_unit_test_setup(test_a_signal_that_comes_early_is_kept, set_up),
        cmocka_unit_test_setup(test_a_signal_is_used_once, set_up),
        cmocka_unit_test_setup(test_a_signal_in_a_pause_is_kept, set_up),
        cmocka_unit_test_setup(test_a_guard_that_is_no_condition, set_up),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
