/* What the core gets: the good definition of tests/broken, field by field. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/time.h"
#include "support/definition_files.h"
#include "value/cel.h"
#include "value/json.h"
#include "value/schema.h"

enum { FILING, SCHEME, FIRE_REVIEW, PERMIT, NOTICE, STEPS };

static int load_good(void **state)
{
    struct definition_files files;

    definition_files_read(&files);
    *state = definition_files_good(&files);
    definition_files_free(&files);
    return 0;
}

static int free_good(void **state)
{
    pl_definition_free(*state);
    return 0;
}

static uint16_t decision(const struct pl_definition *def, const char *id)
{
    const uint16_t number = pl_definition_decision(def, pl_text_of(id));

    assert_int_not_equal(number, PL_NO_DECISION);
    return number;
}

static void test_head(void **state)
{
    const struct pl_definition *def = *state;

    definition_expect_text(def->workflow, "permit");
    definition_expect_text(def->title.en, "Construction permit");
    definition_expect_text(def->form_id, "permit");
    assert_int_equal(def->number, 0);
    assert_int_equal(def->revision, 0);
    assert_int_equal(def->step_count, STEPS);
    assert_int_equal(def->task_count, 7);
    assert_int_equal(def->targets.procedures, 4);
    assert_int_equal(def->targets.visits, 1);
    assert_int_equal(def->targets.cost, 1000);
    assert_true(def->targets.has_time);
    definition_expect_span(def->targets.time, 38, PL_UNIT_WORKING_DAYS);
    assert_string_equal(def->calendar.id, "cn");
    assert_int_equal(def->calendar.zone_minutes, 480);
}

/* 2024-02-04 is a working Sunday, 02-12 a Monday off, 2025-10-08 the last day off. */
static void test_calendar(void **state)
{
    const struct pl_definition *def = *state;

    assert_true(
        pl_calendar_is_working(&def->calendar, pl_day_of_date((struct pl_date){2024, 2, 4})));
    assert_false(
        pl_calendar_is_working(&def->calendar, pl_day_of_date((struct pl_date){2024, 2, 12})));
    assert_false(
        pl_calendar_is_working(&def->calendar, pl_day_of_date((struct pl_date){2025, 10, 8})));
    assert_true(
        pl_calendar_is_working(&def->calendar, pl_day_of_date((struct pl_date){2025, 10, 9})));
    assert_int_equal(def->calendar.day_count, 366 + 365);
}

static void test_decisions(void **state)
{
    const struct pl_definition *def = *state;
    const struct pl_step_def *filing = &def->steps[FILING];

    definition_expect_text(def->decisions[PL_DECISION_APPROVE].id, "approve");
    definition_expect_text(def->decisions[PL_DECISION_APPROVE].title.en, "Approved");
    definition_expect_text(def->decisions[PL_DECISION_NO_OBJECTION].id, "no_objection");
    definition_expect_text(def->decisions[PL_DECISION_OBJECTION].id, "objection");

    assert_int_equal(filing->rule_count, 4);
    const struct pl_decision_rule *back = pl_step_rule(filing, decision(def, "supplement"));
    assert_non_null(back);
    assert_int_equal(back->effect, PL_DECISION_BACK);
    assert_int_equal(back->back_to, FILING);
    assert_int_equal(back->at_most, 2);
    assert_int_equal(back->then, PL_RESULT_REJECTED);
    assert_true(back->waits_for_applicant);
    assert_true(back->reason_required);
    assert_int_equal(back->clock, PL_CLOCK_STOPS);
    const struct pl_decision_rule *reject = pl_step_rule(filing, decision(def, "reject"));
    assert_non_null(reject);
    assert_int_equal(reject->effect, PL_DECISION_ENDS);
    assert_int_equal(reject->result, PL_RESULT_REJECTED);
    assert_null(pl_step_rule(filing, PL_DECISION_NO_OBJECTION));

    const struct pl_step_def *notice = &def->steps[NOTICE];
    assert_int_equal(notice->rule_count, 1);
    assert_int_equal(notice->rules[0].decision, PL_DECISION_APPROVE);
    assert_int_equal(notice->rules[0].effect, PL_DECISION_GOES_ON);
}

static void test_order(void **state)
{
    const struct pl_definition *def = *state;
    const struct pl_step_def *permit = &def->steps[PERMIT];

    assert_int_equal(permit->after_count, 2);
    assert_int_equal(permit->after[0].step, SCHEME);
    assert_int_equal(permit->after[0].decision, PL_NO_DECISION);
    assert_int_equal(permit->decide_after_count, 1);
    assert_int_equal(permit->decide_after[0], FIRE_REVIEW);
    assert_int_equal(permit->ancestors[0], 1u << FILING | 1u << SCHEME | 1u << FIRE_REVIEW);
    assert_int_equal(def->steps[NOTICE].ancestors[0], permit->ancestors[0] | 1u << PERMIT);
    assert_int_equal(def->finish_count, 1);
    assert_int_equal(def->finish[0], PL_RESULT_COMPLETED);
    assert_int_equal(def->results[PL_RESULT_COMPLETED].after[0].step, NOTICE);
    definition_expect_text(def->results[PL_RESULT_CANCELLED].title.en, "Cancelled");
}

static void test_members(void **state)
{
    const struct pl_definition *def = *state;
    const struct pl_step_def *scheme = &def->steps[SCHEME];

    assert_int_equal(scheme->member_count, 3);
    assert_int_equal(scheme->first_task, 1);
    assert_int_equal(def->steps[FIRE_REVIEW].first_task, 4);
    assert_int_equal(scheme->members[0].role, PL_ROLE_LEAD);
    assert_false(scheme->members[0].has_limit);
    assert_int_equal(scheme->members[0].rung_count, 0);
    definition_expect_text(def->services[scheme->members[0].service].name,
                           "planning.scheme_review");

    const struct pl_member *opinion = &scheme->members[1];
    assert_int_equal(opinion->role, PL_ROLE_OPINION);
    assert_int_equal(opinion->silent_decision, PL_DECISION_NO_OBJECTION);
    assert_int_equal(opinion->rung_count, 0);
    definition_expect_span(opinion->limit, 7, PL_UNIT_WORKING_DAYS);

    const struct pl_member *binding = &scheme->members[2];
    assert_int_equal(binding->role, PL_ROLE_DECISION);
    assert_int_equal(binding->silent_decision, PL_NO_DECISION);
    assert_non_null(binding->when);
    assert_int_equal(binding->rung_count, 2); /* not `statutory`: a member has none */
    definition_expect_span(binding->rungs[0].at, 6,
                           PL_UNIT_WORKING_DAYS); /* 80 % of 8, rounded down */
    definition_expect_text(def->departments[def->services[binding->service].department].level,
                           "city");
}

static void test_ladders(void **state)
{
    const struct pl_definition *def = *state;
    const struct pl_step_def *permit = &def->steps[PERMIT];

    assert_int_equal(permit->rung_count, 3);
    definition_expect_span(permit->rungs[0].at, 5, PL_UNIT_WORKING_DAYS);
    assert_int_equal(permit->rungs[0].card, PL_CARD_WARNING);
    definition_expect_span(permit->rungs[1].at, 7, PL_UNIT_WORKING_DAYS);
    assert_int_equal(permit->rungs[1].card, PL_CARD_YELLOW);
    definition_expect_span(permit->rungs[2].at, 15, PL_UNIT_WORKING_DAYS);
    assert_int_equal(permit->rungs[2].card, PL_CARD_RED);
    assert_int_equal(def->steps[FILING].rung_count, 2); /* no statutory limit, no red card */
    assert_int_equal(def->steps[NOTICE].rung_count, 0);
}

static void test_data(void **state)
{
    const struct pl_definition *def = *state;
    const struct pl_step_def *scheme = &def->steps[SCHEME];

    assert_int_equal(scheme->sees_count, 2);
    definition_expect_text(scheme->sees[1], "design.height");
    assert_int_equal(scheme->needs_count, 2);
    definition_expect_text(def->documents[scheme->needs[1]].id, "scheme_design");
    assert_true(def->documents[scheme->needs[1]].by_applicant);
    assert_false(def->documents[scheme->needs[0]].by_applicant);
    assert_int_equal(scheme->cost, 1000);
    assert_int_equal(def->steps[PERMIT].visits, 1);
    assert_false(def->steps[NOTICE].counts);
    assert_int_equal(def->document_count, 6); /* those that are used, not land_title */
}

static bool holds(const struct pl_definition *def, const char *form)
{
    uint8_t bytes[512];
    struct pl_writer out;

    pl_writer_init(&out, bytes, sizeof(bytes));
    assert_int_equal(pl_json_read(pl_text_of(form), &out, NULL), PLACET_OK);
    const struct pl_bytes variables[] = {pl_writer_bytes(&out)};
    const struct pl_cel_world world = {.variables = variables, .variable_count = 1};
    const struct pl_cel_result result = pl_cel_eval(def->steps[FIRE_REVIEW].when, &world);
    assert_int_equal(result.fault, PL_CEL_OK);
    assert_int_equal(result.value.type, PL_CEL_BOOL);
    return result.value.boolean;
}

static void test_when(void **state)
{
    assert_true(
        holds(*state, "{\"design\":{\"special_fire\":true},\"project\":{\"area_m2\":1001}}"));
    assert_false(
        holds(*state, "{\"design\":{\"special_fire\":true},\"project\":{\"area_m2\":1000}}"));
    assert_false(
        holds(*state, "{\"design\":{\"special_fire\":false},\"project\":{\"area_m2\":9999}}"));
}

static void test_form(void **state)
{
    const struct pl_definition *def = *state;
    struct pl_schema_mistake mistakes[4];
    const uint8_t empty_map[] = {0x80};

    assert_non_null(def->form);
    assert_int_equal(pl_schema_check(def->form, (struct pl_bytes){empty_map, 1}, mistakes, 4), 2);
}

/* The third kind of step, and the three things that it can wait for. */
static void test_wait_for(void **state)
{
    static const struct {
        const char *text;
        enum pl_wait_for what;
    } waits[] = {
        {"wait_for: inspection_over", PL_WAIT_SIGNAL},
        {"wait_for: 10 days", PL_WAIT_SPAN},
        {"wait_for: 2025-05-01", PL_WAIT_DATE},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(waits) / sizeof(waits[0]); i++) {
        struct definition_files files;
        definition_files_read(&files);
        definition_files_edit(&files, "permit.yaml",
                              "    tell: inspection.notice\n    sees: [project]\n", "    WAIT\n");
        definition_files_edit(&files, "permit.yaml", "WAIT", waits[i].text);
        struct pl_definition *def = definition_files_good(&files);
        const struct pl_step_def *step = &def->steps[NOTICE];
        assert_int_equal(step->kind, PL_KIND_WAIT_FOR);
        assert_int_equal(step->wait_for, waits[i].what);
        assert_int_equal(step->member_count, 0);
        if (step->wait_for == PL_WAIT_SIGNAL) {
            definition_expect_text(step->signal, "inspection_over");
        } else if (step->wait_for == PL_WAIT_SPAN) {
            definition_expect_span(step->span, 10, PL_UNIT_DAYS);
        } else {
            assert_int_equal(step->date, pl_day_of_date((struct pl_date){2025, 5, 1}));
        }
        pl_definition_free(def);
        definition_files_free(&files);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_head),      cmocka_unit_test(test_calendar),
        cmocka_unit_test(test_decisions), cmocka_unit_test(test_order),
        cmocka_unit_test(test_members),   cmocka_unit_test(test_ladders),
        cmocka_unit_test(test_data),      cmocka_unit_test(test_when),
        cmocka_unit_test(test_form),      cmocka_unit_test(test_wait_for),
    };
    return cmocka_run_group_tests(tests, load_good, free_good);
}
