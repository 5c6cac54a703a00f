/* What makes another definition of a definition, and what does not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "support/definition_files.h"

struct change {
    const char *name; /* of the file */
    const char *old;
    const char *changed;
};

static struct pl_digest hash_of(const struct change *change)
{
    struct definition_files files;

    definition_files_read(&files);
    if (change != NULL) {
        definition_files_edit(&files, change->name, change->old, change->changed);
    }
    struct pl_definition *def = definition_files_good(&files);
    const struct pl_digest hash = def->hash;
    pl_definition_free(def);
    definition_files_free(&files);
    return hash;
}

static bool is_same(const struct change *change)
{
    const struct pl_digest before = hash_of(NULL);
    const struct pl_digest after = hash_of(change);

    return memcmp(before.at, after.at, PL_DIGEST_SIZE) == 0;
}

static void test_layout_is_nothing(void **state)
{
    static const struct change changes[] = {
        {"permit.yaml", "calendar: cn", "calendar: 'cn' # the mainland"},
        {"permit.yaml", "workflow: permit\n", "\n# the only one\n\nworkflow: permit\n"},
        {"permit.yaml", "calendar: cn\nform: permit\n", "form: permit\ncalendar: cn\n"},
        {"permit.yaml", "    needs: [scheme_approval]\n    after: scheme\n",
         "    after: \"scheme\"\n    needs:\n      - scheme_approval\n"},
        {"calendars/cn.yaml", "weekend: [sat, sun]", "weekend:\n  - sat\n  - sun"},
        {"../schemas/forms/permit.schema.json", "  \"type\": \"object\",\n  \"additional",
         "\"type\":\"object\",\"additional"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
        if (!is_same(&changes[i])) {
            fail_msg("`%s` made another definition", changes[i].changed);
        }
    }
}

/* A catalogue serves many workflows: only what this one uses belongs to it. */
static void test_catalogues_count_where_used(void **state)
{
    static const struct change unused[] = {
        {"departments.yaml", "      land_permit:   {zh:", "      land_use:      {zh:"},
        {"documents.yaml", "  land_title:  ", "  land_right:  "},
    };
    static const struct change used[] = {
        {"departments.yaml", "en: Fire design review", "en: Review of the fire design"},
        {"departments.yaml", "    level: city", "    level: province"},
        {"documents.yaml", "en: Fire opinion", "en: Opinion of the fire service"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(unused) / sizeof(unused[0]); i++) {
        assert_true(is_same(&unused[i]));
    }
    for (size_t i = 0; i < sizeof(used) / sizeof(used[0]); i++) {
        assert_false(is_same(&used[i]));
    }
}

static void test_meaning_is_everything(void **state)
{
    static const struct change changes[] = {
        {"permit.yaml", "limit: 10 working days", "limit: 9 working days"},
        {"permit.yaml", "en: Fire design review", "en: Review of the fire design"},
        {"permit.yaml", "project.area_m2 > 1000", "project.area_m2 >= 1000"},
        {"permit.yaml", "after: [scheme, filing]", "after: scheme"},
        {"permit.yaml", "at_most: 2", "at_most: 3"},
        {"permit.yaml", "at 80%: warn", "at 75%: warn"},
        {"calendars/cn.yaml", "version: 1", "version: 2"},
        {"calendars/cn.yaml", "10-01..10-08]", "10-01..10-07]"},
        {"../schemas/forms/permit.schema.json", "\"minLength\": 2", "\"minLength\": 3"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
        if (is_same(&changes[i])) {
            fail_msg("`%s` made no other definition", changes[i].changed);
        }
    }
}

/* Steps are examined in the order of the file: it is part of the meaning. */
static void test_order_of_steps(void **state)
{
    struct definition_files files;
    static const char *const moved =
        "  early:\n    title: {zh: x, en: x}\n    tell: inspection.notice\n    counts: false\n\n";

    (void)state;
    definition_files_read(&files);
    definition_files_edit(&files, "permit.yaml", "steps:\n", "steps:\n  EARLY");
    definition_files_edit(&files, "permit.yaml", "  EARLY", moved);
    struct pl_definition *first = definition_files_good(&files);
    definition_files_edit(&files, "permit.yaml", moved, "");
    definition_files_edit(&files, "permit.yaml", "finish:\n", "LATE");
    definition_files_edit(&files, "permit.yaml", "LATE", moved);
    definition_files_edit(&files, "permit.yaml", "    counts: false\n\n  completed",
                          "    counts: false\n\nfinish:\n  completed");
    struct pl_definition *last = definition_files_good(&files);
    assert_int_equal(first->step_count, last->step_count);
    assert_memory_not_equal(first->hash.at, last->hash.at, PL_DIGEST_SIZE);
    pl_definition_free(first);
    pl_definition_free(last);
    definition_files_free(&files);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_layout_is_nothing),
        cmocka_unit_test(test_catalogues_count_where_used),
        cmocka_unit_test(test_meaning_is_everything),
        cmocka_unit_test(test_order_of_steps),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
