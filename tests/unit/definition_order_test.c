/* What the core gets of order, sets and signers: the good definition with keys added. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "support/definition_files.h"
#include "value/cel.h"

enum { FILING, SCHEME, FIRE_REVIEW, PERMIT, NOTICE };

/* The same where a step has something to undo. */
static struct pl_definition *with_undo(const char *old, const char *changed)
{
    struct definition_files files;

    definition_files_read(&files);
    definition_files_edit(&files, "permit.yaml", "    after: permit\n",
                          "    after: permit\n    undo: planning.scheme_review\n");
    definition_files_edit(&files, "permit.yaml", old, changed);
    struct pl_definition *def = definition_files_good(&files);
    definition_files_free(&files);
    return def;
}

/* With a line more in the step `notice`. */
static struct pl_definition *notice_with(const char *lines)
{
    char text[512];
    struct pl_builder b;

    pl_builder_init(&b, text, sizeof(text));
    pl_builder_addf(&b, "    after: permit\n%s", lines);
    return definition_files_with("    after: permit\n", text);
}

static void test_joins(void **state)
{
    static const struct {
        const char *after;
        enum pl_join join;
        uint16_t need;
        uint16_t tasks;
    } joins[] = {
        {"    after: {any: [scheme, filing]}\n", PL_JOIN_ANY, 0, 1},
        {"    after: {some: [scheme, filing]}\n", PL_JOIN_SOME, 0, 1},
        {"    after: {need: 2, of: [scheme, filing, scheme.conditions]}\n", PL_JOIN_NEED, 2, 1},
        {"    after: {each: [scheme, filing]}\n", PL_JOIN_EACH, 0, 2},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(joins) / sizeof(joins[0]); i++) {
        struct pl_definition *def =
            definition_files_with("    after: [scheme, filing]\n", joins[i].after);
        const struct pl_step_def *permit = &def->steps[PERMIT];
        assert_int_equal(permit->join, joins[i].join);
        assert_int_equal(permit->need, joins[i].need);
        assert_int_equal(permit->after[0].step, SCHEME);
        assert_int_equal(permit->task_count, joins[i].tasks);
        assert_int_equal(permit->set.kind,
                         joins[i].join == PL_JOIN_EACH ? PL_SET_ARCS : PL_SET_NONE);
        assert_int_equal(def->steps[NOTICE].first_task, permit->first_task + joins[i].tasks);
        pl_definition_free(def);
    }
}

static void test_others(void **state)
{
    (void)state;
    /* `while` may cancel the step: the case ends with the steps before it too. */
    struct definition_files files;
    definition_files_read(&files);
    definition_files_edit(&files, "permit.yaml", "after: notice}",
                          "after: {any: [notice, permit]}}");
    definition_files_edit(&files, "permit.yaml", "    after: permit\n",
                          "    after: permit\n"
                          "    while: steps.scheme.state != \"done\"\n    exclusive: desk\n"
                          "    cancels: [fire_review, filing]\n    undo: planning.scheme_review\n");
    struct pl_definition *def = definition_files_good(&files);
    definition_files_free(&files);
    const struct pl_step_def *notice = &def->steps[NOTICE];

    assert_non_null(notice->while_true);
    assert_null(notice->when);
    assert_int_equal(notice->exclusive, 0);
    assert_int_equal(def->steps[PERMIT].exclusive, PL_NO_GROUP);
    assert_int_equal(notice->cancels[0], 1u << FIRE_REVIEW | 1u << FILING);
    assert_non_null(notice->undo);
    definition_expect_text(def->services[notice->undo->service].name, "planning.scheme_review");
    assert_int_equal(notice->member_count, 1);
    assert_int_equal(notice->task_count, 2);
    assert_true(pl_step_is_undo(notice, 1));
    assert_int_equal(pl_definition_step_of_task(def, (uint16_t)(notice->first_task + 1)), NOTICE);

    uint16_t reads[4];
    assert_int_equal(pl_cel_variables(notice->while_true, reads, 4), 1);
    assert_int_equal(def->variables[0].kind, PL_VARIABLE_FORM);
    assert_int_equal(def->variables[reads[0]].kind, PL_VARIABLE_STATE);
    assert_int_equal(def->variables[reads[0]].step, SCHEME);
    pl_definition_free(def);
}

static void test_back(void **state)
{
    struct pl_definition *def =
        with_undo("at_most: 2, waits_for: applicant, clock: stops",
                  "at_most: 2, keep: [notice], then: withdrawn, undo: true");
    const uint16_t supplement = pl_definition_decision(def, PL_TEXT("supplement"));
    const struct pl_decision_rule *rule = pl_step_rule(&def->steps[PERMIT], supplement);

    (void)state;
    assert_non_null(rule);
    assert_int_equal(rule->back_to, PERMIT);
    assert_int_equal(rule->keep[0], 1u << NOTICE);
    assert_int_equal(rule->then, PL_RESULT_WITHDRAWN);
    assert_true(rule->undo);
    assert_false(rule->once);
    pl_definition_free(def);
}

static void test_results(void **state)
{
    struct pl_definition *def =
        with_undo("after: notice}", "after: notice}\n  stopped: {zh: 停, en: Stopped, undo: true, "
                                    "when: has(steps.permit.decision)}");

    (void)state;
    assert_int_equal(def->finish_count, 2);
    const struct pl_result *stopped = &def->results[def->finish[1]];
    definition_expect_text(stopped->id, "stopped");
    assert_true(stopped->undo);
    assert_non_null(stopped->when);
    assert_int_equal(stopped->after_count, 0);
    assert_false(def->results[def->finish[0]].undo);
    pl_definition_free(def);
}

static void test_items(void **state)
{
    struct pl_definition *def =
        notice_with("    for_each: {item: '[1, 2]', at_most: 5, open: true, at_once: 3,\n"
                    "      done_when: {need: 2}, rest: finish, decision: '\"approve\"'}\n");
    const struct pl_step_def *notice = &def->steps[NOTICE];

    (void)state;
    assert_int_equal(notice->set.kind, PL_SET_ITEMS);
    assert_int_equal(notice->task_count, 5);
    assert_int_equal(notice->member_count, 1);
    assert_true(notice->set.open);
    assert_int_equal(notice->set.at_once, 3);
    assert_int_equal(notice->set.done_when, PL_DONE_NEED);
    assert_int_equal(notice->set.need, 2);
    assert_true(notice->set.rest_finishes);
    assert_non_null(notice->set.items);
    assert_non_null(notice->set.decision);
    assert_int_equal(def->task_count, notice->first_task + 5);
    pl_definition_free(def);

    def = notice_with("    for_each: {item: '[1]', at_most: 5, done_when: size(items) > 1}\n");
    uint16_t reads[2];
    assert_int_equal(def->steps[NOTICE].set.done_when, PL_DONE_EXPRESSION);
    assert_int_equal(pl_cel_variables(def->steps[NOTICE].set.done, reads, 2), 1);
    assert_int_equal(def->variables[reads[0]].kind, PL_VARIABLE_ITEMS);
    assert_int_equal(def->variables[reads[0]].step, NOTICE);
    pl_definition_free(def);
}

static void test_signers(void **state)
{
    struct pl_definition *def = definition_files_with(
        "    visit: 1\n", "    visit: 1\n    signers: [handler, head]\n    sign: in order\n"
                          "    same_person: true\n    not_by: [filing, scheme]\n");
    const struct pl_step_def *permit = &def->steps[PERMIT];

    (void)state;
    assert_int_equal(permit->set.kind, PL_SET_SIGNERS);
    assert_int_equal(permit->member_count, 2);
    assert_int_equal(permit->task_count, 2);
    assert_int_equal(permit->set.at_once, 1);
    assert_int_equal(permit->set.done_when, PL_DONE_ALL);
    assert_true(permit->set.same_person);
    assert_int_equal(permit->not_by[0], 1u << FILING | 1u << SCHEME);
    assert_int_equal(permit->members[0].role, PL_ROLE_SIGNER);
    definition_expect_text(permit->members[1].signer, "head");
    assert_int_equal(permit->members[1].service, permit->members[0].service);
    pl_definition_free(def);

    def = definition_files_with("    visit: 1\n",
                                "    signers: {clerk: 10, head: 60}\n    sign: {need: 60}\n");
    assert_int_equal(def->steps[PERMIT].set.need, 60);
    assert_int_equal(def->steps[PERMIT].set.done_when, PL_DONE_NEED);
    assert_int_equal(def->steps[PERMIT].members[0].weight, 10);
    pl_definition_free(def);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_joins), cmocka_unit_test(test_others),
        cmocka_unit_test(test_back),  cmocka_unit_test(test_results),
        cmocka_unit_test(test_items), cmocka_unit_test(test_signers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
