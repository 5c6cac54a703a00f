/* Any bytes as YAML: no crash, a mistake has its place and its help, and what is read keeps its
 * value when it is printed as JSON and read again, as JSON and as YAML, of which JSON is a part. */
#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "value/equal.h"
#include "value/json.h"
#include "value/yaml.h"

#define VALUE_SIZE (1u << 18)
#define ARENA_SIZE (16u << 20)

static uint8_t value_bytes[VALUE_SIZE];
static uint8_t again_bytes[VALUE_SIZE];
static char memory[ARENA_SIZE];

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static int read_yaml(struct pl_text text, uint8_t *into, struct pl_bytes *value_out,
                     struct placet_error *err)
{
    struct pl_yaml *root = NULL;
    struct pl_arena arena;
    struct pl_writer out;

    pl_arena_init(&arena, memory, sizeof(memory));
    pl_writer_init(&out, into, VALUE_SIZE);
    int rc = pl_yaml_parse(text, "fuzz.yaml", &arena, &root, err);
    PL_CHECK((rc == PLACET_OK) == (root != NULL));
    if (rc == PLACET_EINVALID) {
        PL_CHECK(err->line > 0 && err->column > 0);
        PL_CHECK(err->message[0] != '\0' && err->hint[0] != '\0');
        PL_CHECK(pl_text_is_utf8(err->message, strlen(err->message)));
    }
    rc = rc == PLACET_OK ? pl_yaml_write(root, &out) : rc;
    *value_out = pl_writer_bytes(&out);
    return rc;
}

static void compare_as_json(struct pl_text json, struct pl_bytes value)
{
    struct placet_error err = {0};
    struct pl_bytes again;
    struct pl_writer out;

    pl_writer_init(&out, again_bytes, sizeof(again_bytes));
    const int rc = pl_json_read(json, &out, &err);
    PL_CHECK(rc == PLACET_OK);
    again = pl_writer_bytes(&out);
    PL_CHECK(again.size == value.size && memcmp(again.at, value.at, value.size) == 0);
}

/* Some of JSON is not of our YAML: characters that cannot be printed, long keys. */
static void compare_as_yaml(struct pl_text json, struct pl_bytes value)
{
    struct placet_error err = {0};
    struct pl_bytes again;

    PL_CHECK(read_yaml(json, again_bytes, &again, &err) != PLACET_OK ||
             pl_value_equal(again, value));
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct placet_error err = {0};
    struct pl_bytes value;
    char *json = NULL;

    if (size > VALUE_SIZE / 4 ||
        read_yaml((struct pl_text){(const char *)bytes, (uint32_t)size}, value_bytes, &value,
                  &err) != PLACET_OK ||
        pl_msgpack_check(value.at, value.size) != PL_MSGPACK_OK) {
        return 0;
    }
    const int rc = pl_json_write(value, true, &json);
    PL_CHECK(rc == PLACET_OK);
    compare_as_json(pl_text_of(json), value);
    compare_as_yaml(pl_text_of(json), value);
    free(json);
    return 0;
}
