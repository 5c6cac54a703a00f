/* References as seen from a base: the examples of RFC 3986, 5.4. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "value/schema_build.h"

static char memory[1 << 12];

static const struct {
    const char *reference;
    const char *target;
} rows[] = {
    {"g:h", "g:h"},
    {"g", "http://a/b/c/g"},
    {"./g", "http://a/b/c/g"},
    {"g/", "http://a/b/c/g/"},
    {"/g", "http://a/g"},
    {"//g", "http://g"},
    {"?y", "http://a/b/c/d;p?y"},
    {"g?y", "http://a/b/c/g?y"},
    {";x", "http://a/b/c/;x"},
    {"g;x?y", "http://a/b/c/g;x?y"},
    {"", "http://a/b/c/d;p?q"},
    {".", "http://a/b/c/"},
    {"./", "http://a/b/c/"},
    {"..", "http://a/b/"},
    {"../", "http://a/b/"},
    {"../g", "http://a/b/g"},
    {"../..", "http://a/"},
    {"../../g", "http://a/g"},
    {"../../../g", "http://a/g"},
    {"/./g", "http://a/g"},
    {"/../g", "http://a/g"},
    {"g.", "http://a/b/c/g."},
    {"..g", "http://a/b/c/..g"},
    {"./../g", "http://a/b/g"},
    {"./g/.", "http://a/b/c/g/"},
    {"g/./h", "http://a/b/c/g/h"},
    {"g;x=1/../y", "http://a/b/c/y"},
    {"g?y/../x", "http://a/b/c/g?y/../x"},
};

static void check(const char *base, const char *reference, const char *target)
{
    struct pl_arena arena;
    struct pl_text uri;

    pl_arena_init(&arena, memory, sizeof(memory));
    assert_true(pl_uri_resolve(&arena, pl_text_of(base), pl_text_of(reference), &uri));
    if (!pl_text_is(uri, target)) {
        fail_msg("%s: %.*s, not %s", reference, (int)uri.len, uri.at, target);
    }
}

static void references_are_resolved_as_the_standard_says(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        check("http://a/b/c/d;p?q", rows[i].reference, rows[i].target);
    }
}

static void a_base_may_be_anything(void **state)
{
    (void)state;
    check("", "person.json", "person.json");
    check("", "../person.json", "person.json");
    check("http://example.com", "x", "http://example.com/x");
    check("forms/a.json", "b.json", "forms/b.json");
    check("urn:uuid:1", "", "urn:uuid:1");
    check("urn:uuid:1", "http://a/b", "http://a/b");
}

static void fragments_are_kept_apart(void **state)
{
    struct pl_text fragment;
    (void)state;

    assert_true(pl_text_is(pl_uri_without_fragment(PL_TEXT("a#b#c"), &fragment), "a"));
    assert_true(pl_text_is(fragment, "b#c"));
    assert_true(pl_text_is(pl_uri_without_fragment(PL_TEXT("a"), &fragment), "a"));
    assert_int_equal(fragment.len, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(references_are_resolved_as_the_standard_says),
        cmocka_unit_test(a_base_may_be_anything),
        cmocka_unit_test(fragments_are_kept_apart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
