/* Any bytes as a schema and a document: the first line is the schema, the rest the document, both
 * JSON. No crash, no end of time, the same verdict twice, and what is said can be read. */
#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "value/json.h"
#include "value/schema.h"

#define VALUE_SIZE   (1u << 18)
#define ARENA_SIZE   (8u << 20)
#define MISTAKES_MAX 8

static uint8_t schema_bytes[VALUE_SIZE];
static uint8_t document_bytes[VALUE_SIZE];
static char memory[ARENA_SIZE];

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static bool read_json(struct pl_text text, uint8_t *into, struct pl_bytes *value_out)
{
    struct pl_writer out;

    pl_writer_init(&out, into, VALUE_SIZE);
    const int rc = pl_json_read(text, &out, NULL);
    *value_out = pl_writer_bytes(&out);
    return rc == PLACET_OK;
}

static void check_mistake(const struct pl_schema_mistake *mistake)
{
    uint8_t bytes[PL_SCHEMA_MISTAKE_SIZE];
    struct pl_writer out;

    pl_writer_init(&out, bytes, sizeof(bytes));
    pl_schema_mistake_write(&out, mistake);
    PL_CHECK(pl_writer_ok(&out));
    PL_CHECK(pl_msgpack_check(bytes, out.used) == PL_MSGPACK_OK);
    PL_CHECK(mistake->rule[0] != '\0');
    PL_CHECK(mistake->message[0] != '\0' && mistake->message_zh[0] != '\0');
}

static void check_document(const struct pl_schema *schema, struct pl_bytes document)
{
    struct pl_schema_mistake mistakes[MISTAKES_MAX] = {0};
    struct pl_schema_mistake again[MISTAKES_MAX] = {0};

    const uint32_t count = pl_schema_check(schema, document, mistakes, MISTAKES_MAX);
    PL_CHECK(pl_schema_check(schema, document, again, MISTAKES_MAX) == count);
    PL_CHECK(memcmp(mistakes, again, sizeof(mistakes)) == 0);
    PL_CHECK(pl_schema_check(schema, document, NULL, 0) == count);
    for (uint32_t i = 0; i < count && i < MISTAKES_MAX; i++) {
        check_mistake(&mistakes[i]);
    }
}

static bool is_map(struct pl_bytes value)
{
    struct pl_reader in;

    pl_reader_init(&in, value.at, value.size);
    return pl_reader_peek(&in) == PL_VALUE_MAP;
}

/* Whether a value may be of the types that a schema promises. */
static bool is_of(struct pl_bytes value, uint64_t types)
{
    static const uint64_t of[PL_VALUE_BAD + 1] = {
        [PL_VALUE_NIL] = PL_TYPE_NULL,
        [PL_VALUE_BOOL] = PL_TYPE_BOOLEAN,
        [PL_VALUE_INT] = PL_TYPE_INTEGER | PL_TYPE_NUMBER,
        [PL_VALUE_FLOAT] = PL_TYPE_INTEGER | PL_TYPE_NUMBER,
        [PL_VALUE_STR] = PL_TYPE_STRING,
        [PL_VALUE_ARRAY] = PL_TYPE_ARRAY,
        [PL_VALUE_MAP] = PL_TYPE_OBJECT,
    };
    struct pl_reader in;

    pl_reader_init(&in, value.at, value.size);
    const enum pl_value_type type = pl_reader_peek(&in);
    return (of[type] & types) != 0;
}

/* What a schema promises about a path holds for a document that fits. */
static void check_paths(const struct pl_schema *schema, struct pl_bytes document)
{
    static const char *const paths[] = {"a", "b", "a.b", "a.b.c", "c.a", "", "a[]", "b.a[][].c"};

    if (!is_map(document) || pl_schema_check(schema, document, NULL, 0) != 0) {
        return;
    }
    for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
        struct pl_schema_field field;
        const char *suggestion = NULL;
        const struct pl_text path = pl_text_of(paths[i]);
        const bool is_list = strchr(paths[i], '[') != NULL;
        const struct pl_bytes value = pl_value_path(document, path);
        if (pl_schema_at(schema, path, &field, &suggestion) && !is_list) {
            PL_CHECK(!field.required || value.size > 0);
            PL_CHECK(value.size == 0 || is_of(value, field.types));
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    static const struct pl_schema_options options[] = {{.is_open = false}, {.is_open = true}};
    const char *text = (const char *)bytes;
    const char *line = size > 0 && size < VALUE_SIZE / 2 ? memchr(text, '\n', size) : NULL;
    struct pl_bytes schema_value;
    struct pl_bytes document;

    if (line == NULL ||
        !read_json((struct pl_text){text, (uint32_t)(line - text)}, schema_bytes, &schema_value) ||
        !read_json((struct pl_text){line + 1, (uint32_t)(text + size - line - 1)}, document_bytes,
                   &document)) {
        return 0;
    }
    for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++) {
        const struct pl_schema *schema = NULL;
        struct placet_error err = {0};
        struct pl_arena arena;
        pl_arena_init(&arena, memory, sizeof(memory));
        const int rc = pl_schema_compile(schema_value, &options[i], &arena, &schema, &err);
        PL_CHECK((rc == PLACET_OK) == (schema != NULL));
        PL_CHECK((rc == PLACET_OK) == (err.message[0] == '\0'));
        if (rc == PLACET_OK) {
            const size_t used = arena.used;
            check_document(schema, document);
            check_paths(schema, document);
            PL_CHECK(arena.used == used);
        }
    }
    return 0;
}
