/* Definitions that are too large, and bytes that are no bundle: refused, with memory flat. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "model/limits.h"
#include "support/definition_files.h"
#include "value/limits.h"

/* Text that grows; the tests make definitions of up to a few MiB with it. */
struct text {
    char *at;
    size_t len;
    size_t size;
};

__attribute__((format(printf, 2, 3))) static void add(struct text *t, const char *format, ...)
{
    va_list args;
    char line[512];

    va_start(args, format);
    const int len = vsnprintf(line, sizeof(line), format, args);
    va_end(args);
    assert_true(len >= 0 && (size_t)len < sizeof(line));
    if (t->len + (size_t)len + 1 > t->size) {
        t->size = (t->size + (size_t)len) * 2 + 1024;
        t->at = realloc(t->at, t->size);
        assert_non_null(t->at);
    }
    memcpy(t->at + t->len, line, (size_t)len + 1);
    t->len += (size_t)len;
}

static void add_head(struct text *t)
{
    add(t, "workflow: permit\ntitle: {zh: x, en: x}\ncalendar: cn\nform: permit\n"
           "decisions:\n  approve: {zh: x, en: x}\n  other: {zh: x, en: x}\nsteps:\n");
}

/* A step that tells; `after` "" starts with the case. */
static void add_tell(struct text *t, unsigned number, const char *after)
{
    add(t, "  s%u: {title: {zh: x, en: x}, tell: inspection.notice, counts: false%s%s}\n", number,
        after[0] != '\0' ? ", after: " : "", after);
}

static void add_finish(struct text *t, const char *after)
{
    add(t, "finish:\n  completed: {zh: x, en: x, after: %s}\n", after);
}

static int load_text(const struct text *t, struct pl_diag *first_out)
{
    struct definition_files files;
    struct pl_definition *def = NULL;

    definition_files_read(&files);
    definition_files_put(&files, "permit.yaml", t->at, t->len);
    const int rc = definition_files_load(&files, &def);
    *first_out = files.diags->list[0];
    pl_definition_free(def);
    definition_files_free(&files);
    free(t->at);
    return rc;
}

static int load_steps(unsigned count, struct pl_diag *first_out)
{
    struct text t = {0};
    char before[16] = "";

    add_head(&t);
    for (unsigned i = 0; i < count; i++) {
        add_tell(&t, i, before);
        (void)snprintf(before, sizeof(before), "s%u", i);
    }
    add_finish(&t, before);
    return load_text(&t, first_out);
}

static void test_steps(void **state)
{
    struct pl_diag first = {0};

    (void)state;
    assert_int_equal(load_steps(PL_STEPS_MAX, &first), PLACET_OK);
    assert_int_equal(load_steps(PL_STEPS_MAX + 1, &first), PLACET_EINVALID);
    assert_int_equal(first.code, PL_DIAG_TOO_MANY);
    assert_string_equal(first.message, "257 steps; a workflow has 1 to 256");
}

/* 256 steps in one ring: found without recursion, printed without end. */
static void test_long_ring(void **state)
{
    struct text t = {0};
    struct pl_diag first = {0};

    (void)state;
    add_head(&t);
    for (unsigned i = 0; i < PL_STEPS_MAX; i++) {
        char before[16];
        (void)snprintf(before, sizeof(before), "s%u", (i + PL_STEPS_MAX - 1) % PL_STEPS_MAX);
        add_tell(&t, i, before);
    }
    add_finish(&t, "s0");
    assert_int_equal(load_text(&t, &first), PLACET_EINVALID);
    assert_int_equal(first.code, PL_DIAG_RING);
    assert_non_null(strstr(first.message, "... waits for `s0`"));
}

static void test_arcs(void **state)
{
    struct text t = {0};
    struct pl_diag first = {0};
    char after[512] = "[";

    (void)state;
    add_head(&t);
    for (unsigned i = 0; i <= PL_ARCS_MAX; i++) {
        add_tell(&t, i, "");
        (void)snprintf(after + strlen(after), sizeof(after) - strlen(after), "%ss%u",
                       i == 0 ? "" : ", ", i);
    }
    (void)snprintf(after + strlen(after), sizeof(after) - strlen(after), "]");
    add_finish(&t, after);
    assert_int_equal(load_text(&t, &first), PLACET_EINVALID);
    assert_int_equal(first.code, PL_DIAG_TOO_MANY);
}

/* Each step that another names by its decision doubles what must be examined. */
static int load_branches(unsigned count, struct pl_diag *first_out)
{
    struct text t = {0};

    add_head(&t);
    for (unsigned i = 0; i < count; i++) {
        add(&t,
            "  b%u: {title: {zh: x, en: x}, ask: construction.permit, limit: 1 day, "
            "decisions: [approve, other]}\n",
            i);
        char arc[32];
        (void)snprintf(arc, sizeof(arc), "b%u.other", i);
        add_tell(&t, i, arc);
    }
    add_finish(&t, "b0");
    return load_text(&t, first_out);
}

static void test_combinations(void **state)
{
    struct pl_diag first = {0};

    (void)state;
    assert_int_equal(load_branches(16, &first), PLACET_OK);
    assert_int_equal(load_branches(17, &first), PLACET_EINVALID);
    assert_int_equal(first.code, PL_DIAG_TOO_COMPLEX);
}

static void test_decisions_that_go_back(void **state)
{
    struct text t = {0};
    struct pl_diag first = {0};

    (void)state;
    add(&t, "workflow: permit\ntitle: {zh: x, en: x}\ncalendar: cn\nform: permit\ndecisions:\n");
    for (unsigned i = 0; i <= PL_BACK_RULES_MAX; i++) {
        add(&t, "  d%u: {zh: x, en: x, back_to: this_step, at_most: 1}\n", i);
    }
    add(&t, "  approve: {zh: x, en: x}\nsteps:\n"
            "  s: {title: {zh: x, en: x}, ask: construction.permit, limit: 1 day}\n");
    add_finish(&t, "s");
    assert_int_equal(load_text(&t, &first), PLACET_EINVALID);
    assert_int_equal(first.code, PL_DIAG_TOO_MANY);
}

static int load_table(unsigned rules, bool otherwise, struct pl_diag *first_out)
{
    struct text t = {0};

    add_head(&t);
    add(&t, "  s:\n    title: {zh: x, en: x}\n    decide:\n      hit: first\n"
            "      inputs: {area: project.area_m2}\n      rules:\n");
    for (unsigned i = 0; i < rules; i++) {
        add(&t, "        - {area: %u, decision: approve}\n", i);
    }
    if (otherwise) {
        add(&t, "      otherwise: {decision: approve}\n");
    }
    add_finish(&t, "s");
    return load_text(&t, first_out);
}

static void test_rules_of_a_table(void **state)
{
    struct pl_diag first = {0};

    (void)state;
    assert_int_equal(load_table(PL_TABLE_RULES_MAX, false, &first), PLACET_OK);
    assert_int_equal(load_table(PL_TABLE_RULES_MAX - 1, true, &first), PLACET_OK);
    assert_int_equal(load_table(PL_TABLE_RULES_MAX, true, &first), PLACET_EINVALID);
    assert_string_equal(first.message, "`rules` is a list of 1 to 511 rules");
    assert_int_equal(load_table(PL_TABLE_RULES_MAX + 1, false, &first), PLACET_EINVALID);
    assert_string_equal(first.message, "`rules` is a list of 1 to 512 rules");
}

static void test_size(void **state)
{
    struct text t = {0};
    struct pl_diag first = {0};

    (void)state;
    add_head(&t);
    while (t.len <= PL_YAML_SIZE_MAX) {
        add(&t, "# %0400d\n", 0);
    }
    assert_int_equal(load_text(&t, &first), PLACET_EINVALID);
    assert_int_equal(first.code, PL_DIAG_TOO_LARGE);
}

static void test_depth(void **state)
{
    struct text t = {0};
    struct pl_diag first = {0};

    (void)state;
    for (unsigned i = 0; i <= PL_YAML_DEPTH_MAX; i++) {
        add(&t, "%*sa:\n", (int)i, "");
    }
    add(&t, "%*sa: 1\n", PL_YAML_DEPTH_MAX + 1, "");
    assert_int_equal(load_text(&t, &first), PLACET_EINVALID);
    assert_int_equal(first.code, PL_DIAG_TOO_LARGE);

    struct text flow = {0};
    for (unsigned i = 0; i < 10000; i++) {
        add(&flow, "[");
    }
    assert_int_equal(load_text(&flow, &first), PLACET_EINVALID);
    assert_int_equal(first.code, PL_DIAG_TOO_LARGE);
}

/* More mistakes than anybody reads: the first hundred, and how many more. */
static void test_many_mistakes(void **state)
{
    struct text t = {0};
    struct definition_files files;
    struct pl_definition *def = NULL;

    (void)state;
    add_head(&t);
    for (unsigned i = 0; i < 150; i++) {
        add(&t, "  s%u: {title: {zh: x, en: x}, tell: nobody.nothing, counts: false}\n", i);
    }
    add_finish(&t, "s0");
    definition_files_read(&files);
    definition_files_put(&files, "permit.yaml", t.at, t.len);
    assert_int_equal(definition_files_load(&files, &def), PLACET_EINVALID);
    assert_int_equal(files.diags->count, PL_DIAGS_MAX);
    assert_int_equal(files.diags->left_out, 50);
    for (uint32_t i = 1; i < PL_DIAGS_MAX; i++) {
        assert_true(files.diags->list[i].place.mark.line >=
                    files.diags->list[i - 1].place.mark.line);
    }
    definition_files_free(&files);
    free(t.at);
}

/* ---- bytes that are no bundle ---- */

static int load_bytes(const uint8_t *bytes, size_t size)
{
    struct pl_diags *diags = pl_diags_new();
    struct pl_definition *def = NULL;
    struct placet_error err = {0};

    assert_non_null(diags);
    /* A copy of exactly this size: one byte too far is seen by the sanitizer. */
    uint8_t *copy = malloc(size > 0 ? size : 1);
    assert_non_null(copy);
    memcpy(copy, bytes, size);
    const int rc = pl_definition_load((struct pl_bytes){copy, (uint32_t)size}, diags, &def, &err);
    if (rc == PLACET_OK) {
        pl_definition_free(def);
    } else {
        assert_true(diags->count > 0);
        assert_true(err.message[0] != '\0');
    }
    free(copy);
    free(diags);
    return rc;
}

static void test_bundles(void **state)
{
    struct definition_files files;
    uint8_t *bytes = NULL;
    size_t size = 0;

    (void)state;
    definition_files_read(&files);
    assert_int_equal(pl_bundle_write(&files.bundle, &bytes, &size, NULL), PLACET_OK);
    assert_int_equal(load_bytes(bytes, size), PLACET_OK);
    for (size_t len = 0; len < size; len += len < 64 ? 1 : 97) {
        assert_int_equal(load_bytes(bytes, len), PLACET_EINVALID);
    }
    for (unsigned head = 0; head < 256; head++) {
        bytes[0] = (uint8_t)head;
        (void)load_bytes(bytes, size);
        assert_true(head == 0x95 || load_bytes(bytes, size) == PLACET_EINVALID);
    }
    free(bytes);
    definition_files_free(&files);
}

/* Whatever byte of a definition is overwritten, loading answers and stays within its memory. */
static void test_flipped_bytes(void **state)
{
    static const char with[] = {'\0', '\t', ':', '{', '[', '\'', '"', '&', '#', '\n', (char)0xFF};
    struct definition_files files;
    uint8_t *bytes = NULL;
    size_t size = 0;
    unsigned refused = 0;

    (void)state;
    definition_files_read(&files);
    assert_int_equal(pl_bundle_write(&files.bundle, &bytes, &size, NULL), PLACET_OK);
    for (size_t at = 3; at < size; at += 41) {
        const uint8_t before = bytes[at];
        bytes[at] = (uint8_t)with[at / 41 % sizeof(with)];
        refused += load_bytes(bytes, size) != PLACET_OK;
        bytes[at] = before;
    }
    assert_true(refused > 50);
    free(bytes);
    definition_files_free(&files);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_steps),
        cmocka_unit_test(test_long_ring),
        cmocka_unit_test(test_arcs),
        cmocka_unit_test(test_combinations),
        cmocka_unit_test(test_decisions_that_go_back),
        cmocka_unit_test(test_rules_of_a_table),
        cmocka_unit_test(test_size),
        cmocka_unit_test(test_depth),
        cmocka_unit_test(test_many_mistakes),
        cmocka_unit_test(test_bundles),
        cmocka_unit_test(test_flipped_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
