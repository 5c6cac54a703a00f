/* The two permits of workflows/ against figures that were computed without this program: earliest
 * start, earliest finish and slack of each step in working days, and the totals. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/time.h"
#include "definition/compare.h"
#include "definition/definition.h"

struct planned {
    const char *id;
    uint32_t start;
    uint32_t finish;
    uint32_t slack;
};

static const struct planned traditional[] = {
    {"project_filing", 0, 5, 5},
    {"land_transfer_contract", 0, 10, 0},
    {"land_use_planning_permit", 10, 17, 0},
    {"construction_land_approval", 17, 27, 15},
    {"land_title", 27, 42, 15},
    {"eia_approval", 5, 25, 32},
    {"soil_water_approval", 5, 15, 42},
    {"energy_review", 5, 20, 37},
    {"seismic_requirement", 5, 20, 27},
    {"traffic_impact_review", 17, 27, 0},
    {"scheme_design_review", 27, 47, 0},
    {"civil_defence_review", 47, 55, 2},
    {"landscape_review", 47, 54, 3},
    {"prelim_design_review", 47, 57, 0},
    {"works_planning_permit", 57, 67, 0},
    {"survey_review", 17, 24, 43},
    {"drawing_review", 67, 82, 0},
    {"fire_design_review", 82, 97, 0},
    {"lightning_design_review", 82, 92, 5},
    {"drawing_review_filing", 97, 100, 0},
    {"tender_document_filing", 100, 103, 0},
    {"tendering", 103, 125, 0},
    {"award_contract_filing", 125, 130, 0},
    {"wage_deposit", 130, 133, 2},
    {"special_funds", 67, 70, 65},
    {"quality_registration", 130, 135, 0},
    {"safety_registration", 130, 133, 2},
    {"construction_permit", 135, 150, 0},
    {"planning_acceptance", 150, 160, 10},
    {"fire_acceptance", 150, 165, 5},
    {"civil_defence_acceptance", 150, 160, 10},
    {"lightning_acceptance", 150, 160, 10},
    {"environment_acceptance", 150, 170, 0},
    {"archive_acceptance", 170, 180, 0},
    {"completion_filing", 180, 195, 0},
};

/* Two steps are named by `decide_after`: they may be late until the decision that waits for them,
 * not only until its pre-review begins. */
static const struct planned reengineered[] = {
    {"project_filing", 0, 1, 9},
    {"land_transfer_contract", 0, 10, 0},
    {"land_permit_bundle", 10, 22, 0},
    {"multi_assessment", 10, 25, 27}, /* 22 if the pit waited */
    {"scheme_joint_review", 22, 42, 0},
    {"works_planning_permit", 42, 52, 12}, /* 5 likewise */
    {"survey_review", 22, 27, 15},
    {"integrated_drawing_review", 42, 57, 0},
    {"contractor_appointment", 22, 32, 12},
    {"quality_safety_registration", 32, 35, 12},
    {"permit_foundation_pit", 35, 40, 12},
    {"permit_pile_foundation", 40, 45, 12},
    {"permit_main_structure", 57, 64, 0},
    {"joint_survey", 64, 73, 0},
    {"joint_acceptance", 73, 88, 0},
    {"completion_filing_title", 88, 98, 0},
};

static struct pl_definition *load(const char *name)
{
    char path[1024];
    uint8_t *bytes = NULL;
    size_t size = 0;
    struct pl_definition *def = NULL;
    struct pl_diags *diags = pl_diags_new();
    struct placet_error err = {0};
    struct pl_builder b;

    assert_non_null(diags);
    pl_builder_init(&b, path, sizeof(path));
    pl_builder_addf(&b, "%s/workflows/%s.yaml", PLACET_SOURCE_DIR, name);
    if (pl_bundle_read_files(path, &bytes, &size, &err) != PLACET_OK ||
        pl_definition_load((struct pl_bytes){bytes, (uint32_t)size}, diags, &def, &err) !=
            PLACET_OK) {
        fail_msg("%s:%u:%u: %s", err.file, err.line, err.column, err.message);
    }
    free(bytes);
    free(diags);
    return def;
}

static int32_t day(int32_t year, uint8_t month, uint8_t of_month)
{
    return pl_day_of_date((struct pl_date){year, month, of_month});
}

static void check_plan(const struct pl_definition *def, const struct pl_analysis *a,
                       const struct planned *plan, size_t plan_count)
{
    for (size_t i = 0; i < plan_count; i++) {
        const uint16_t step = pl_definition_step(def, pl_text_of(plan[i].id));
        assert_int_not_equal(step, PL_NO_STEP);
        const struct pl_step_times *times = &a->steps[step];
        if (times->start != plan[i].start || times->finish != plan[i].finish ||
            times->slack != plan[i].slack) {
            fail_msg("%s: %u to %u, slack %u", plan[i].id, times->start, times->finish,
                     times->slack);
        }
        const bool critical = plan[i].slack == 0;
        bool on_path = false;
        for (uint16_t k = 0; k < a->path_count; k++) {
            on_path = on_path || a->path[k] == step;
        }
        assert_int_equal(on_path, critical);
    }
}

static void test_traditional(void **state)
{
    struct pl_definition *def = load("construction_permit_traditional");
    struct pl_analysis a;

    (void)state;
    pl_definition_analyse(def, day(2016, 4, 20), &a);
    check_plan(def, &a, traditional, sizeof(traditional) / sizeof(traditional[0]));
    assert_int_equal(a.procedures, 35);
    assert_int_equal(a.working_days, 195);
    assert_int_equal(a.calendar_days, 281);
    assert_int_equal(a.finish_day, day(2016, 4, 20) + 281);
    assert_int_equal(a.limits_sum, 371);
    assert_int_equal(a.visits, 33);
    assert_int_equal(a.cost, 461050);
    assert_int_equal(a.deposit, 900000);
    assert_int_equal(a.documents_supplied, 36);
    assert_int_equal(a.documents_distinct, 31);
    assert_int_equal(a.documents_carried, 66);
    assert_int_equal(a.path_count, 17);
    assert_false(a.estimated);
    assert_false(a.beyond);
    pl_definition_free(def);
}

static void test_reengineered(void **state)
{
    struct pl_definition *def = load("construction_permit");
    struct pl_analysis a;

    (void)state;
    pl_definition_analyse(def, day(2016, 4, 20), &a);
    check_plan(def, &a, reengineered, sizeof(reengineered) / sizeof(reengineered[0]));
    assert_int_equal(a.procedures, 16);
    assert_int_equal(a.working_days, 98);
    assert_int_equal(a.calendar_days, 140);
    assert_int_equal(a.finish_day, day(2016, 9, 7));
    assert_int_equal(a.visits, 2);
    assert_int_equal(a.cost, 150550);
    assert_int_equal(a.deposit, 0);
    assert_int_equal(a.documents_supplied, 21);
    assert_int_equal(a.documents_distinct, 19);
    assert_int_equal(a.documents_carried, 30);
    assert_int_equal(a.path_count, 8);
    pl_definition_free(def);
}

static void test_compare(void **state)
{
    struct pl_definition *before = load("construction_permit_traditional");
    struct pl_definition *after = load("construction_permit");
    struct pl_comparison *c = malloc(sizeof(*c));

    (void)state;
    assert_non_null(c);
    pl_definition_compare(before, after, day(2016, 4, 20), c);
    assert_int_equal(c->removed_count + c->changed_count + c->same_count, before->step_count);
    assert_int_equal(c->added_count + c->changed_count + c->same_count, after->step_count);
    assert_true(c->added_count > 0);
    pl_definition_compare(before, before, day(2016, 4, 20), c);
    assert_int_equal(c->removed_count + c->changed_count + c->added_count, 0);
    assert_int_equal(c->same_count, before->step_count);
    free(c);
    pl_definition_free(before);
    pl_definition_free(after);
}

/* Outside of the calendar's years only weekends are off, and the analysis says so. */
static void test_beyond(void **state)
{
    struct pl_definition *def = load("construction_permit");
    struct pl_analysis a;

    (void)state;
    pl_definition_analyse(def, day(2090, 1, 2), &a);
    assert_true(a.beyond);
    assert_int_equal(a.working_days, 98);
    pl_definition_free(def);
}

static void test_units(void **state)
{
    bool estimated = false;

    (void)state;
    assert_int_equal(pl_span_working_days((struct pl_span){7, PL_UNIT_WORKING_DAYS}, &estimated),
                     7);
    assert_false(estimated);
    assert_int_equal(pl_span_working_days((struct pl_span){30, PL_UNIT_DAYS}, &estimated), 22);
    assert_true(estimated);
    assert_int_equal(pl_span_working_days((struct pl_span){7, PL_UNIT_DAYS}, &estimated), 5);
    assert_int_equal(pl_span_working_days((struct pl_span){4, PL_UNIT_HOURS}, &estimated), 1);
    assert_int_equal(pl_span_working_days((struct pl_span){90, PL_UNIT_SECONDS}, &estimated), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_traditional), cmocka_unit_test(test_reengineered),
        cmocka_unit_test(test_compare),     cmocka_unit_test(test_beyond),
        cmocka_unit_test(test_units),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
