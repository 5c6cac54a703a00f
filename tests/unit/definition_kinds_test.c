/* What the core gets of children, tables, signals, choices, answers and documents to send. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "support/definition_files.h"
#include "value/cel.h"
#include "value/json.h"
#include "value/reader.h"
#include "value/schema.h"

enum { FILING, SCHEME, FIRE_REVIEW, PERMIT, NOTICE };

#define NOTICE_LINES "    tell: inspection.notice\n    sees: [project]\n"

static void begin(struct definition_files *files, const char *old, const char *changed)
{
    definition_files_read(files);
    definition_files_edit(files, "permit.yaml", old, changed);
}

static struct pl_definition *end(struct definition_files *files)
{
    struct pl_definition *def = definition_files_good(files);

    definition_files_free(files);
    return def;
}

static void assert_rule(const struct pl_definition *def, uint16_t step, const char *decision,
                        enum pl_decision_effect effect)
{
    const struct pl_decision_rule *rule =
        pl_step_rule(&def->steps[step], pl_definition_decision(def, pl_text_of(decision)));

    assert_non_null(rule);
    assert_int_equal(rule->effect, effect);
    if (effect == PL_DECISION_ENDS) {
        assert_int_equal(rule->result, PL_RESULT_REJECTED);
    }
}

/* Each result of the child is a decision; ends that refuse end the parent. */
static void test_run(void **state)
{
    struct definition_files files;

    (void)state;
    begin(&files, NOTICE_LINES,
          "    run: {workflow: fire_case, form: {name: project.name, parts: [design.height]}}\n");
    definition_files_add(&files, "results/fire_case.json",
                         "{\"completed\":{\"zh\":\"a\",\"en\":\"b\"},"
                         "\"lapsed\":{\"zh\":\"c\",\"en\":\"Lapsed\"}}");
    struct pl_definition *def = end(&files);
    const struct pl_step_def *run = &def->steps[NOTICE];
    assert_int_equal(run->kind, PL_KIND_RUN);
    assert_int_equal(run->task_count, 1);
    definition_expect_text(run->run->workflow, "fire_case");
    assert_false(run->run->detached);
    assert_int_equal(run->rule_count, 5);
    assert_rule(def, NOTICE, "completed", PL_DECISION_GOES_ON);
    assert_rule(def, NOTICE, "lapsed", PL_DECISION_GOES_ON);
    assert_rule(def, NOTICE, "rejected", PL_DECISION_ENDS);
    assert_rule(def, NOTICE, "withdrawn", PL_DECISION_ENDS);
    assert_rule(def, NOTICE, "cancelled", PL_DECISION_ENDS);
    definition_expect_text(def->decisions[pl_definition_decision(def, PL_TEXT("lapsed"))].title.en,
                           "Lapsed");
    assert_null(pl_step_rule(&def->steps[FILING], pl_definition_decision(def, PL_TEXT("lapsed"))));

    const struct pl_send *form = run->run->form;
    assert_non_null(form);
    assert_int_equal(form->part_count, 2);
    definition_expect_text(form->parts[0].key, "name");
    assert_non_null(form->parts[0].value);
    assert_true(form->parts[1].is_list);
    assert_int_equal(form->parts[1].part_count, 1);
    pl_definition_free(def);
}

static void test_run_itself_detached(void **state)
{
    struct pl_definition *def =
        definition_files_with(NOTICE_LINES, "    run: {workflow: permit, detached: true}\n");

    (void)state;
    assert_true(def->steps[NOTICE].run->detached);
    assert_null(def->steps[NOTICE].run->form);
    assert_int_equal(def->steps[NOTICE].rule_count, 1);
    assert_rule(def, NOTICE, "approve", PL_DECISION_GOES_ON);
    pl_definition_free(def);
}

static void test_wait_for(void **state)
{
    struct pl_definition *def = definition_files_with(
        NOTICE_LINES, "    wait_for: {signal: payment, key: project.name, transient: true}\n");
    const struct pl_step_def *wait = &def->steps[NOTICE];

    (void)state;
    assert_int_equal(wait->wait_for, PL_WAIT_SIGNAL);
    definition_expect_text(wait->signal, "payment");
    assert_non_null(wait->signal_key);
    assert_true(wait->transient);
    pl_definition_free(def);

    def = definition_files_with(NOTICE_LINES, "    wait_for: {date: project.name}\n");
    assert_int_equal(def->steps[NOTICE].wait_for, PL_WAIT_DATE);
    assert_non_null(def->steps[NOTICE].date_of);
    pl_definition_free(def);
}

static void test_choices(void **state)
{
    struct pl_definition *def = definition_files_with(
        "    ask: drc.project_filing\n",
        "    ask:\n      - {service: planning.scheme_review, when: project.area_m2 > 100}\n"
        "      - {service: drc.project_filing}\n");
    const struct pl_step_def *filing = &def->steps[FILING];

    (void)state;
    assert_int_equal(filing->choice_count, 2);
    assert_non_null(filing->choices[0].when);
    assert_null(filing->choices[1].when);
    definition_expect_text(def->services[filing->choices[0].service].name,
                           "planning.scheme_review");
    definition_expect_text(def->services[filing->choices[1].service].name, "drc.project_filing");
    assert_int_equal(filing->members[0].service, filing->choices[0].service);
    assert_null(def->steps[SCHEME].choices);
    pl_definition_free(def);
}

static void test_answers(void **state)
{
    struct definition_files files;
    const char *schema = "{\"type\": \"object\", \"required\": [\"grade\"], "
                         "\"properties\": {\"grade\": {\"type\": \"string\"}}}";

    (void)state;
    begin(&files, "    visit: 1\n", "    visit: 1\n    answer: sheet\n");
    definition_files_add(&files, "../schemas/answers/sheet.schema.json", schema);
    /* An answer in a file, one beside the step, and both in expressions. */
    definition_files_edit(&files, "permit.yaml", "    issues: filing_cert\n",
                          "    issues: filing_cert\n"
                          "    answer: {type: object, required: [level], "
                          "properties: {level: {type: integer}}}\n");
    definition_files_edit(&files, "permit.yaml", "    after: permit\n",
                          "    after: permit\n    when: steps.permit.answer.grade == \"A\" && "
                          "steps.filing.answer.level > 1\n");
    struct pl_definition *def = end(&files);
    uint16_t reads[4];
    const uint8_t empty_map[] = {0x80};
    struct pl_schema_mistake mistake;
    assert_int_equal(
        pl_schema_check(def->steps[PERMIT].answer, (struct pl_bytes){empty_map, 1}, &mistake, 1),
        1);
    assert_non_null(def->steps[FILING].answer);
    assert_null(def->steps[SCHEME].answer);
    assert_int_equal(pl_cel_variables(def->steps[NOTICE].when, reads, 4), 2);
    assert_int_equal(def->variables[reads[0]].kind, PL_VARIABLE_ANSWER);
    assert_int_equal(def->variables[reads[0]].step, PERMIT);
    assert_int_equal(def->variables[reads[1]].step, FILING);
    pl_definition_free(def);
}

static void test_send_and_retry(void **state)
{
    struct definition_files files;

    (void)state;
    begin(&files, "    sees: [project]\n    after: permit\n",
          "    send: {project: {name: project.name}, day: case.started}\n    after: permit\n"
          "    retry: {attempts: 3, first: 10 seconds, factor: 1.5, max: 1 hour, jitter: 20%}\n");
    definition_files_edit(&files, "permit.yaml", "targets:", "retry: {attempts: 7}\ntargets:");
    struct pl_definition *def = end(&files);
    const struct pl_step_def *notice = &def->steps[NOTICE];
    assert_non_null(notice->send);
    assert_int_equal(notice->send->part_count, 2);
    definition_expect_text(notice->send->parts[0].parts[0].key, "name");
    assert_int_equal(notice->retry->attempts, 3);
    assert_int_equal(notice->retry->first_ms, 10000);
    assert_int_equal(notice->retry->factor_percent, 150);
    assert_int_equal(notice->retry->max_ms, 3600000);
    assert_int_equal(notice->retry->jitter_percent, 20);
    assert_int_equal(def->steps[PERMIT].retry->attempts, 7);
    assert_int_equal(def->steps[PERMIT].retry->first_ms, 1000);
    pl_definition_free(def);
}

static void test_reference_table(void **state)
{
    struct definition_files files;

    (void)state;
    begin(&files, "targets:", "tables: [fees]\ntargets:");
    definition_files_add(&files, "tables/fees.yaml",
                         "table: fees\nversion: 2025-1\nrows:\n  small: {fee: 10}\n"
                         "  large: {fee: 20}\n");
    definition_files_edit(&files, "permit.yaml", "    after: permit\n",
                          "    after: permit\n    when: tables.fees[project.kind].fee > 10\n");
    struct pl_definition *def = end(&files);
    uint16_t reads[4];
    assert_int_equal(pl_cel_variables(def->steps[NOTICE].when, reads, 4), 2);
    assert_int_equal(reads[0], 0);
    assert_int_equal(def->variables[reads[1]].kind, PL_VARIABLE_TABLE);
    assert_true(def->variables[reads[1]].value.size > 0);
    pl_definition_free(def);
}

/* The outputs of the first rule whose condition holds: what the core does with a table. */
static int64_t look_up(const struct pl_definition *def, const char *form)
{
    const struct pl_decision_table *table = def->steps[FIRE_REVIEW].table;
    uint8_t bytes[512];
    uint8_t room[512];
    struct pl_writer out;
    struct pl_reader in;

    pl_writer_init(&out, bytes, sizeof(bytes));
    assert_int_equal(pl_json_read(pl_text_of(form), &out, NULL), PLACET_OK);
    const struct pl_bytes variables[] = {pl_writer_bytes(&out)};
    const struct pl_cel_world world = {
        .variables = variables, .variable_count = 1, .room = room, .room_size = sizeof(room)};
    for (uint16_t i = 0; i < table->rule_count; i++) {
        const struct pl_table_rule *rule = &table->rules[i];
        if (rule->when == NULL || pl_cel_eval(rule->when, &world).value.boolean) {
            const struct pl_cel_result outputs = pl_cel_eval(rule->outputs, &world);
            assert_int_equal(outputs.value.type, PL_CEL_MAP);
            pl_reader_init(&in, outputs.value.value.at, outputs.value.value.size);
            assert_int_equal(pl_reader_map(&in), 2);
            definition_expect_text(pl_reader_text(&in, 64), "decision");
            (void)pl_reader_text(&in, 64);
            definition_expect_text(pl_reader_text(&in, 64), "level");
            return pl_reader_i64(&in);
        }
    }
    return -1;
}

/* A comparison, a range with both ends, a list, what matches anything, and what none matches. */
static void test_decide(void **state)
{
    struct definition_files files;

    (void)state;
    begin(&files,
          "    ask: fire.design_review\n    needs: [scheme_approval]\n    after: scheme\n"
          "    when: design.special_fire && project.area_m2 > 1000\n    limit: 10 working days\n"
          "    issues: fire_opinion\n",
          "    after: scheme\n    decide:\n      hit: first\n"
          "      inputs: {area: project.area_m2, kind: project.kind, fire: design.special_fire}\n"
          "      rules:\n"
          "        - {area: \"> 50000\", decision: conditions, level: 1}\n"
          "        - {area: 1000..50000, kind: [new, \"!= new\"], fire: true, decision: approve, "
          "level: 2}\n"
          "        - {kind: extension, decision: approve, level: 3}\n"
          "      otherwise: {decision: reject, level: 4}\n");
    definition_files_edit(&files, "permit.yaml", "[scheme_approval, fire_opinion]",
                          "[scheme_approval]");
    definition_files_edit(&files, "permit.yaml", "procedures: 4", "procedures: 3");
    definition_files_edit(&files, "permit.yaml", "    after: permit\n",
                          "    after: permit\n    when: has(steps.fire_review.decision) && "
                          "steps.fire_review.answer.level > 2\n");
    struct pl_definition *def = end(&files);
    assert_int_equal(def->steps[FIRE_REVIEW].kind, PL_KIND_DECIDE);
    assert_int_equal(def->steps[FIRE_REVIEW].table->hit, PL_HIT_FIRST);
    assert_int_equal(def->steps[FIRE_REVIEW].table->rule_count, 4);
    assert_null(def->steps[FIRE_REVIEW].table->rules[3].when);
    assert_int_equal(def->steps[FIRE_REVIEW].task_count, 0);
    assert_int_equal(def->steps[FIRE_REVIEW].rule_count, 3);
    assert_rule(def, FIRE_REVIEW, "conditions", PL_DECISION_GOES_ON);
    assert_rule(def, FIRE_REVIEW, "approve", PL_DECISION_GOES_ON);
    assert_rule(def, FIRE_REVIEW, "reject", PL_DECISION_ENDS);

    assert_int_equal(look_up(def, "{\"project\":{\"area_m2\":50001,\"kind\":\"new\"},"
                                  "\"design\":{\"special_fire\":false}}"),
                     1);
    assert_int_equal(look_up(def, "{\"project\":{\"area_m2\":50000,\"kind\":\"new\"},"
                                  "\"design\":{\"special_fire\":true}}"),
                     2);
    assert_int_equal(look_up(def, "{\"project\":{\"area_m2\":999,\"kind\":\"extension\"},"
                                  "\"design\":{\"special_fire\":true}}"),
                     3);
    assert_int_equal(look_up(def, "{\"project\":{\"area_m2\":999,\"kind\":\"new\"},"
                                  "\"design\":{\"special_fire\":true}}"),
                     4);
    pl_definition_free(def);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_run),
        cmocka_unit_test(test_run_itself_detached),
        cmocka_unit_test(test_wait_for),
        cmocka_unit_test(test_choices),
        cmocka_unit_test(test_answers),
        cmocka_unit_test(test_send_and_retry),
        cmocka_unit_test(test_reference_table),
        cmocka_unit_test(test_decide),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
