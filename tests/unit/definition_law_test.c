/* What the core gets of time by law: limits, ladders, the intake, deliveries and obligations. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "support/definition_files.h"
#include "value/cel.h"

enum { FILING, SCHEME, FIRE_REVIEW, PERMIT, NOTICE };
enum { STOP_HEARING, STOP_EXPERT_REVIEW = 7 };

static void test_limits(void **state)
{
    struct pl_definition *def = definition_files_with(
        "    visit: 1\n", "    internal: 5 working days\n"
                          "    extension: {by: agency_head, up_to: 10 working days}\n"
                          "    clock: {stops_during: [hearing, expert_review]}\n");
    const struct pl_step_def *permit = &def->steps[PERMIT];

    (void)state;
    assert_true(permit->has_internal);
    definition_expect_span(permit->internal, 5, PL_UNIT_WORKING_DAYS);
    definition_expect_text(permit->extension->role, "agency_head");
    definition_expect_span(permit->extension->span, 10, PL_UNIT_WORKING_DAYS);
    assert_int_equal(permit->stops, 1u << STOP_HEARING | 1u << STOP_EXPERT_REVIEW);
    assert_false(def->steps[FILING].has_internal);
    assert_null(def->steps[FILING].extension);
    pl_definition_free(def);
}

/* In the order of the file; 80 % of 7 working days is the end of the 5th. */
static void test_ladder(void **state)
{
    struct pl_definition *def = definition_files_with(
        "    visit: 1\n",
        "    internal: 6 working days\n    late:\n      3 working days before: remind\n"
        "      at 80%: {card: warn, tell: section_head}\n      internal: yellow card\n"
        "      at 100%: {decide: approve, law: art. 50}\n"
        "      statutory: {card: red card, liable: true}\n");
    const struct pl_step_def *permit = &def->steps[PERMIT];

    (void)state;
    assert_int_equal(permit->rung_count, 5);
    assert_true(permit->rungs[0].before);
    definition_expect_span(permit->rungs[0].at, 3, PL_UNIT_WORKING_DAYS);
    assert_int_equal(permit->rungs[0].card, PL_CARD_REMINDER);
    definition_expect_span(permit->rungs[1].at, 5, PL_UNIT_WORKING_DAYS);
    definition_expect_text(permit->rungs[1].tell, "section_head");
    assert_int_equal(permit->rungs[2].clock, PL_CLOCK_INTERNAL);
    definition_expect_span(permit->rungs[2].at, 6, PL_UNIT_WORKING_DAYS);
    assert_int_equal(permit->rungs[3].decides, PL_DECISION_APPROVE);
    assert_int_equal(permit->rungs[3].card, PL_CARD_NONE);
    definition_expect_text(permit->rungs[3].law, "art. 50");
    assert_int_equal(permit->rungs[4].clock, PL_CLOCK_STATUTORY);
    assert_true(permit->rungs[4].liable);
    assert_false(permit->rungs[1].liable);
    assert_int_equal(permit->rungs[1].decides, PL_NO_DECISION);
    pl_definition_free(def);
}

/* A decision by silence is announced at 80 %, unless some rung comes before it. */
static void test_announcement(void **state)
{
    struct pl_definition *def = definition_files_with(
        "    visit: 1\n", "    late: {at 100%: {decide: approve, law: art. 50}}\n");
    const struct pl_step_def *permit = &def->steps[PERMIT];

    (void)state;
    assert_int_equal(permit->rung_count, 2);
    assert_int_equal(permit->rungs[1].card, PL_CARD_ANNOUNCEMENT);
    definition_expect_span(permit->rungs[1].at, 5, PL_UNIT_WORKING_DAYS);
    assert_int_equal(permit->rungs[1].decides, PL_NO_DECISION);
    pl_definition_free(def);

    def = definition_files_with(
        "    visit: 1\n", "    late: {at 50%: remind, at 100%: {decide: approve, law: art. 50}}\n");
    assert_int_equal(def->steps[PERMIT].rung_count, 2);
    assert_int_equal(def->steps[PERMIT].rungs[0].card, PL_CARD_REMINDER);
    pl_definition_free(def);
}

/* A wait needs no law; what it decides is a decision of the file. */
static void test_silence_of_wait(void **state)
{
    struct pl_definition *def =
        definition_files_with("    tell: inspection.notice\n    sees: [project]\n",
                              "    wait_for: payment\n    limit: 3 months\n"
                              "    late: {at 100%: {decide: reject}}\n");
    const struct pl_step_def *wait = &def->steps[NOTICE];

    (void)state;
    definition_expect_span(wait->limit, 3, PL_UNIT_MONTHS);
    assert_int_equal(wait->rule_count, 2);
    assert_int_equal(wait->rules[1].effect, PL_DECISION_ENDS);
    assert_int_equal(wait->rungs[0].decides, wait->rules[1].decision);
    assert_int_equal(wait->rungs[1].card, PL_CARD_ANNOUNCEMENT);
    definition_expect_span(wait->rungs[1].at, 2, PL_UNIT_MONTHS); /* 80 % of 3, rounded down */
    pl_definition_free(def);
}

static void test_until(void **state)
{
    struct pl_definition *def =
        definition_files_with("    limit: 7 working days\n    statutory: 15 working days\n",
                              "    limit: {until: project.name}\n"
                              "    late: {2 days before: remind, at 100%: yellow card}\n");
    const struct pl_step_def *permit = &def->steps[PERMIT];

    (void)state;
    assert_true(permit->has_limit);
    assert_non_null(permit->limit_until);
    definition_expect_span(permit->limit, 0, PL_UNIT_WORKING_DAYS);
    assert_int_equal(permit->rung_count, 2);
    assert_true(permit->rungs[1].before);
    definition_expect_span(permit->rungs[1].at, 0, PL_UNIT_DAYS);
    pl_definition_free(def);
}

static void assert_decision(const struct pl_definition *def, const struct pl_decision_rule *rule,
                            const char *id, enum pl_decision_effect effect)
{
    definition_expect_text(def->decisions[rule->decision].id, id);
    assert_int_equal(rule->effect, effect);
}

static void test_intake(void **state)
{
    struct pl_definition *def = definition_files_with(
        "targets: {procedures: 4, time: 38 working days, visits: 1,",
        "intake: {ask: planning.scheme_review, limit: 5 working days, sees: [project], visit: 1}\n"
        "targets: {procedures: 5, time: 43 working days, visits: 2,");
    const struct pl_step_def *intake = &def->steps[0];

    (void)state;
    assert_int_equal(def->intake, 0);
    definition_expect_text(intake->id, "intake");
    definition_expect_text(intake->title.en, "Intake");
    assert_int_equal(intake->origin, PL_ORIGIN_INTAKE);
    assert_int_equal(intake->kind, PL_KIND_ASK);
    definition_expect_span(intake->limit, 5, PL_UNIT_WORKING_DAYS);
    assert_int_equal(intake->sees_count, 1);
    assert_int_equal(intake->visits, 1);
    assert_int_equal(intake->after_count, 0);

    assert_int_equal(intake->rule_count, 4);
    assert_decision(def, &intake->rules[0], "accept", PL_DECISION_GOES_ON);
    assert_decision(def, &intake->rules[1], "notice", PL_DECISION_BACK);
    assert_int_equal(intake->rules[1].back_to, 0);
    assert_int_equal(intake->rules[1].at_most, 1);
    assert_true(intake->rules[1].once);
    assert_true(intake->rules[1].waits_for_applicant);
    assert_int_equal(intake->rules[1].clock, PL_CLOCK_RESTARTS);
    assert_decision(def, &intake->rules[2], "not_competent", PL_DECISION_ENDS);
    definition_expect_text(def->results[intake->rules[2].result].id, "not_accepted");
    assert_decision(def, &intake->rules[3], "not_needed", PL_DECISION_ENDS);
    definition_expect_text(def->results[intake->rules[3].result].id, "not_needed");

    /* The ladder of the file, then silence accepts: Administrative Licensing Law art. 32. */
    const struct pl_rung *last = &intake->rungs[intake->rung_count - 1];
    assert_int_equal(intake->rung_count, 3);
    definition_expect_span(last->at, 5, PL_UNIT_WORKING_DAYS);
    assert_int_equal(last->decides, intake->rules[0].decision);
    definition_expect_text(last->law, "Administrative Licensing Law art. 32");

    const struct pl_step_def *filing = &def->steps[FILING + 1];
    definition_expect_text(filing->id, "filing");
    assert_int_equal(filing->after_count, 1);
    assert_int_equal(filing->after[0].step, 0);
    assert_true(pl_steps_have(def->steps[NOTICE + 1].ancestors, 0));
    assert_null(pl_step_rule(filing, intake->rules[0].decision));
    pl_definition_free(def);
}

/* Made steps stand after the step that makes them: permit, its delivery, its two obligations. */
static void test_made(void **state)
{
    struct definition_files files;

    (void)state;
    definition_files_read(&files);
    definition_files_edit(
        &files, "permit.yaml", "    visit: 1\n",
        "    visit: 1\n    deliver: 10 working days\n    obliges:\n"
        "      begin: {zh: 开工, en: Begin, within: 3 months, blocks: [notice], "
        "breach: reject}\n"
        "      plan: {zh: 图, en: Plan, within: 30 days, document: scheme_design, "
        "commitment: true}\n");
    definition_files_edit(&files, "permit.yaml", "after: notice}", "after: [notice, plan]}");
    struct pl_definition *def = definition_files_good(&files);
    definition_files_free(&files);
    assert_int_equal(def->step_count, 8);

    const struct pl_step_def *delivery = &def->steps[PERMIT + 1];
    definition_expect_text(delivery->id, "permit_delivery");
    definition_expect_text(delivery->title.en, "Issue of the permit: delivery");
    assert_int_equal(delivery->origin, PL_ORIGIN_DELIVERY);
    assert_int_equal(delivery->kind, PL_KIND_WAIT_FOR);
    definition_expect_text(delivery->signal, "permit_delivered");
    definition_expect_span(delivery->limit, 10, PL_UNIT_WORKING_DAYS);
    assert_int_equal(delivery->after[0].step, PERMIT);
    assert_int_equal(delivery->rung_count, 2);
    assert_false(delivery->counts);

    const struct pl_step_def *begin = &def->steps[PERMIT + 2];
    definition_expect_text(begin->id, "begin");
    definition_expect_text(begin->signal, "begin");
    assert_int_equal(begin->origin, PL_ORIGIN_OBLIGATION);
    definition_expect_span(begin->limit, 3, PL_UNIT_MONTHS);
    assert_int_equal(begin->rule_count, 2);
    assert_int_equal(begin->rules[1].effect, PL_DECISION_ENDS);
    assert_int_equal(begin->rungs[begin->rung_count - 1].decides, begin->rules[1].decision);

    const struct pl_step_def *plan = &def->steps[PERMIT + 3];
    definition_expect_text(plan->act, "commitment");
    assert_int_equal(plan->needs_count, 1);
    definition_expect_text(def->documents[plan->needs[0]].id, "scheme_design");
    assert_int_equal(plan->rule_count, 1);

    const struct pl_step_def *notice = &def->steps[PERMIT + 4];
    definition_expect_text(notice->id, "notice");
    assert_int_equal(notice->blocked_by_count, 1);
    assert_int_equal(notice->blocked_by[0], PERMIT + 2);
    assert_true(pl_steps_have(notice->ancestors, PERMIT + 2));
    assert_int_equal(begin->line, plan->line - 1);
    pl_definition_free(def);
}

static void test_documents(void **state)
{
    struct definition_files files;

    (void)state;
    definition_files_read(&files);
    definition_files_edit(&files, "documents.yaml", "from: department}",
                          "from: department, valid: 2 years}");
    definition_files_edit(&files, "permit.yaml", "    visit: 1\n",
                          "    visit: 1\n    renews: filing_cert\n");
    struct pl_definition *def = definition_files_good(&files);
    const struct pl_step_def *permit = &def->steps[PERMIT];
    const struct pl_document *cert = &def->documents[def->steps[FILING].issues[0]];

    assert_int_equal(permit->issues_count, 2);
    assert_int_equal(permit->issues[1], def->steps[FILING].issues[0]);
    assert_true(cert->has_validity);
    definition_expect_span(cert->validity, 2, PL_UNIT_YEARS);
    assert_false(def->documents[permit->issues[0]].has_validity);
    pl_definition_free(def);
    definition_files_free(&files);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_limits),       cmocka_unit_test(test_ladder),
        cmocka_unit_test(test_announcement), cmocka_unit_test(test_silence_of_wait),
        cmocka_unit_test(test_until),        cmocka_unit_test(test_intake),
        cmocka_unit_test(test_made),         cmocka_unit_test(test_documents),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
