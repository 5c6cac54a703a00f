/* Documents for programs outside: building, checking, reading, JSON. */
#include <placet/value.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct placet_value finished(const struct placet_writer *out)
{
    struct placet_value value = {.size = 0};
    assert_int_equal(placet_writer_value(out, &value), PLACET_OK);
    return value;
}

static void a_written_map_is_read_back(void **state)
{
    struct placet_writer out = {0};
    char text[4];

    (void)state;
    placet_put_map(&out);
    placet_put_key_text(&out, "name",
                        "\xe6\xa8\xaa\xe7\x90\xb4"); /* two characters of three bytes */
    placet_put_key_i64(&out, "area", -8000);
    placet_put_key_bool(&out, "special", true);
    placet_put_key_text(&out, "left_out", NULL);
    placet_put_key(&out, "land");
    placet_put_map(&out);
    placet_put_key_i64(&out, "price", INT64_C(9007199254740991));
    placet_put_end(&out);
    placet_put_key(&out, "list");
    placet_put_list(&out);
    for (int i = 0; i < 3; i++) {
        placet_put_float(&out, i + 0.5);
    }
    placet_put_nil(&out);
    placet_put_bytes(&out, "\0\xff", 2);
    placet_put_end(&out);
    placet_put_end(&out);

    const struct placet_value map = finished(&out);
    assert_int_equal(placet_value_type(map), PLACET_TYPE_MAP);
    assert_int_equal(placet_value_count(map), 5);
    assert_true(placet_get_i64(map, "area") == -8000);
    assert_true(placet_get_i64(map, "land.price") == INT64_C(9007199254740991));
    assert_true(placet_get_bool(map, "special"));
    assert_int_equal(placet_value_get(map, "left_out").size, 0);
    assert_int_equal(placet_value_type(placet_value_get(map, "land.nothing")), PLACET_TYPE_NONE);
    assert_true(placet_get_i64(map, "name") == 0);
    assert_int_equal(placet_get_text(map, "area").size, 0);
    /* Four bytes hold one whole character and no half one. */
    assert_string_equal(placet_get_string(map, "name", text, sizeof(text)), "\xe6\xa8\xaa");

    struct placet_items items = placet_items_of(placet_value_get(map, "list"));
    struct placet_value item;
    double number = 0;
    assert_int_equal(items.left, 5);
    assert_true(placet_items_next(&items, NULL, &item) && placet_value_as_float(item, &number));
    assert_true(number == 0.5);
    for (int i = 0; i < 3; i++) {
        assert_true(placet_items_next(&items, NULL, &item));
    }
    assert_int_equal(placet_value_type(item), PLACET_TYPE_NIL);
    assert_true(placet_items_next(&items, NULL, &item));
    assert_true(placet_value_as_bytes(item, &item));
    assert_int_equal(item.size, 2);
    assert_false(placet_items_next(&items, NULL, &item));
    placet_writer_fini(&out);
}

static void mistakes_of_the_writer_are_remembered(void **state)
{
    struct placet_writer out = {0};
    struct placet_value value;

    (void)state;
    placet_put_map(&out);
    assert_int_equal(placet_writer_value(&out, &value), PLACET_EINVALID); /* still open */
    placet_put_i64(&out, 1);                                              /* no key */
    placet_put_end(&out);
    assert_int_equal(placet_writer_value(&out, &value), PLACET_EINVALID);

    placet_writer_clear(&out);
    placet_put_map(&out);
    placet_put_key(&out, "dangling");
    placet_put_end(&out);
    assert_int_equal(placet_writer_value(&out, &value), PLACET_EINVALID);

    placet_writer_clear(&out);
    placet_put_end(&out);
    assert_int_equal(placet_writer_value(&out, &value), PLACET_EINVALID);

    placet_writer_clear(&out);
    for (int i = 0; i <= PLACET_WRITER_DEPTH; i++) {
        placet_put_list(&out);
    }
    assert_int_equal(out.status, PLACET_EINVALID);

    placet_writer_clear(&out);
    placet_put_map(&out);
    placet_put_key_i64(&out, "a", 1);
    placet_put_key_i64(&out, "a", 2); /* twice */
    placet_put_end(&out);
    assert_int_equal(placet_writer_value(&out, &value), PLACET_EINVALID);

    placet_writer_clear(&out);
    placet_put_float(&out, 1.0 / 0.0);
    assert_int_equal(placet_writer_value(&out, &value), PLACET_EINVALID);

    placet_writer_clear(&out);
    assert_int_equal(placet_writer_value(&out, &value), PLACET_EINVALID); /* nothing */
    placet_put_nil(&out);
    assert_int_equal(placet_writer_value(&out, &value), PLACET_OK);
    placet_writer_fini(&out);
}

static void the_writer_grows(void **state)
{
    struct placet_writer out = {0};

    (void)state;
    placet_put_list(&out);
    for (int i = 0; i < 20000; i++) {
        placet_put_text(&out, "a piece of text");
    }
    placet_put_end(&out);
    assert_int_equal(placet_value_count(finished(&out)), 20000);
    placet_writer_fini(&out);
}

static void foreign_bytes_are_checked(void **state)
{
    const uint8_t lying[] = {0xdd, 0xff, 0xff, 0xff, 0xff}; /* a list of four billion, it says */
    const uint8_t trailing[] = {0xc0, 0xc0};
    struct placet_value value = {.size = 77};

    (void)state;
    assert_int_equal(placet_value_check(lying, sizeof(lying), &value), PLACET_EINVALID);
    assert_int_equal(placet_value_check(trailing, sizeof(trailing), &value), PLACET_EINVALID);
    assert_int_equal(placet_value_check(trailing, 0, &value), PLACET_EINVALID);
    assert_int_equal(value.size, 77);
    assert_int_equal(placet_value_check(trailing, 1, &value), PLACET_OK);
    assert_int_equal(value.size, 1);
}

static void json_goes_in_and_out(void **state)
{
    static const char json[] = "{\"a\": [1, -2.5, null, true, \"x\"], \"b\": {\"c\": \"\"}}";
    struct placet_writer out = {0};
    struct placet_error err = {.status = PLACET_OK};
    char *text = NULL;

    (void)state;
    assert_int_equal(placet_put_json(&out, json, strlen(json), &err), PLACET_OK);
    assert_int_equal(placet_value_to_json(finished(&out), false, &text), PLACET_OK);
    assert_string_equal(text, json);
    free(text);

    placet_writer_clear(&out);
    assert_int_equal(placet_put_json(&out, "{\"a\": \n ]", 9, &err), PLACET_EINVALID);
    assert_int_equal(err.line, 2);
    placet_writer_fini(&out);
}

/* The largest growth from JSON to MessagePack: a float of four characters takes nine bytes. */
static void short_floats_fit(void **state)
{
    struct placet_writer out = {0};
    char json[4002] = "[";

    (void)state;
    for (size_t i = 1; i < 4001; i += 4) {
        memcpy(json + i, "1e1,", 4);
    }
    json[4000] = ']';
    assert_int_equal(placet_put_json(&out, json, 4001, NULL), PLACET_OK);
    assert_int_equal(placet_value_count(finished(&out)), 1000);
    placet_writer_fini(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_written_map_is_read_back),
        cmocka_unit_test(mistakes_of_the_writer_are_remembered),
        cmocka_unit_test(the_writer_grows),
        cmocka_unit_test(foreign_bytes_are_checked),
        cmocka_unit_test(json_goes_in_and_out),
        cmocka_unit_test(short_floats_fit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
