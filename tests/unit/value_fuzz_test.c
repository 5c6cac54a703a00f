/* Damaged texts, the same ones each time: every parser of the room answers yes, or no with a
 * reason, and what it accepts can be used. Under ASan and UBSan this finds what a reader overlooks.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "value/cel.h"
#include "value/json.h"
#include "value/schema.h"
#include "value/yaml.h"

#define ROUNDS    4000
#define TEXT_SIZE 2048

static char memory[4 << 20];
static struct pl_arena arena;
static uint8_t value_bytes[1 << 16];
static uint64_t random_state;

/* xorshift64: the same numbers everywhere. */
static uint32_t random_below(uint32_t bound)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return (uint32_t)((random_state >> 32) % bound);
}

static const char *const scraps[] = {
    "\"",
    "'",
    "[",
    "]",
    "{",
    "}",
    ": ",
    "- ",
    "? ",
    "|\n",
    ">\n",
    "&a ",
    "*a",
    "!",
    "%",
    "\t",
    "\n",
    "\r\n",
    "\xFF",
    "\\u",
    "\\",
    "#",
    "<<",
    "---\n",
    "&&",
    "||",
    "(",
    ")",
    ".",
    "==",
    " in ",
    "1e9",
    "-1",
    "0x",
    "9007199254740993",
    "null",
    "true",
    "has(",
    "\xE6\xB6\x88",
    "\xF0\x9F",
    "$ref",
    "\"type\":",
    "#/",
    "~",
    ",",
    "pattern",
};

/* A copy of the seed with a few wounds, in memory of exactly its size, so that reading past the end
 * is seen. */
static char *damaged(const char *seed, uint32_t *len_out)
{
    char text[TEXT_SIZE];
    uint32_t len = (uint32_t)strlen(seed);

    memcpy(text, seed, len);
    for (uint32_t wounds = 1 + random_below(4); wounds > 0 && len > 0; wounds--) {
        const uint32_t at = random_below(len);
        const char *scrap = scraps[random_below(sizeof(scraps) / sizeof(scraps[0]))];
        const uint32_t scrap_len = (uint32_t)strlen(scrap);
        switch (random_below(4)) {
        case 0:
            text[at] = (char)random_below(256);
            break;
        case 1:
            len = at;
            break;
        case 2:
            memmove(text + at, text + at + 1, len - at - 1);
            len--;
            break;
        default:
            if (len + scrap_len < TEXT_SIZE) {
                memmove(text + at + scrap_len, text + at, len - at);
                memcpy(text + at, scrap, scrap_len);
                len += scrap_len;
            }
            break;
        }
    }
    char *copy = malloc(len + (len == 0 ? 1 : 0));
    assert_non_null(copy);
    memcpy(copy, text, len);
    *len_out = len;
    return copy;
}

/* What is said of a refusal: a status, and words for people. */
static void is_explained(int rc, const struct placet_error *err)
{
    assert_true(rc == PLACET_EINVALID || rc == PLACET_ELIMIT);
    assert_int_equal(err->status, rc);
    assert_true(err->message[0] != '\0');
    assert_true(pl_text_is_utf8(err->message, strlen(err->message)));
}

struct tally {
    unsigned good;
    unsigned bad;
};

static void try_yaml(struct pl_text text, struct tally *tally)
{
    struct pl_yaml *root = NULL;
    struct placet_error err = {0};
    struct pl_writer out;

    const int rc = pl_yaml_parse(text, "x.yaml", &arena, &root, &err);
    if (rc != PLACET_OK) {
        is_explained(rc, &err);
        assert_true(err.line > 0 && err.column > 0 && err.hint[0] != '\0');
        tally->bad++;
        return;
    }
    pl_writer_init(&out, value_bytes, sizeof(value_bytes));
    if (pl_yaml_write(root, &out) == PLACET_OK) {
        assert_int_equal(pl_msgpack_check(value_bytes, out.used), PL_MSGPACK_OK);
    }
    tally->good++;
}

static void try_json(struct pl_text text, struct tally *tally)
{
    struct placet_error err = {0};
    struct pl_writer out;
    char *json = NULL;

    pl_writer_init(&out, value_bytes, sizeof(value_bytes));
    const int rc = pl_json_read(text, &out, &err);
    if (rc != PLACET_OK) {
        is_explained(rc, &err);
        tally->bad++;
        return;
    }
    assert_int_equal(pl_json_write(pl_writer_bytes(&out), true, &json), PLACET_OK);
    static uint8_t again_bytes[1 << 16];
    struct pl_writer again;
    pl_writer_init(&again, again_bytes, sizeof(again_bytes));
    assert_int_equal(pl_json_read(pl_text_of(json), &again, &err), PLACET_OK);
    assert_int_equal(again.used, out.used);
    assert_memory_equal(again_bytes, value_bytes, out.used);
    free(json);
    tally->good++;
}

static void try_schema(struct pl_text text, struct tally *tally)
{
    static const char document[] =
        "{\"project\":{\"area\":-1,\"code\":\"x\",\"tags\":[1,1,\"a\"]}}";
    const struct pl_schema *schema = NULL;
    struct placet_error err = {0};
    struct pl_writer out;
    struct pl_schema_mistake mistakes[2];
    struct pl_schema_field field;
    const char *suggestion;

    pl_writer_init(&out, value_bytes, sizeof(value_bytes));
    if (pl_json_read(text, &out, &err) != PLACET_OK) {
        return;
    }
    const int rc = pl_schema_compile(pl_writer_bytes(&out), NULL, &arena, &schema, &err);
    if (rc != PLACET_OK) {
        is_explained(rc, &err);
        tally->bad++;
        return;
    }
    pl_writer_init(&out, value_bytes, sizeof(value_bytes));
    assert_int_equal(pl_json_read(PL_TEXT(document), &out, &err), PLACET_OK);
    const uint32_t count = pl_schema_check(schema, pl_writer_bytes(&out), mistakes, 2);
    for (uint32_t i = 0; i < count && i < 2; i++) {
        assert_true(mistakes[i].rule[0] != '\0' && mistakes[i].message[0] != '\0');
    }
    (void)pl_schema_at(schema, PL_TEXT("project.area"), &field, &suggestion);
    tally->good++;
}

static bool resolve(void *context, struct pl_text path, struct pl_cel_binding *binding_out,
                    const char **suggestion_out)
{
    (void)context;
    *suggestion_out = NULL;
    *binding_out = (struct pl_cel_binding){.rest = path, .type = PL_CEL_DYN};
    return path.len < 40;
}

static void try_cel(struct pl_text text, struct tally *tally)
{
    static const struct pl_cel_scope scope = {.resolve = resolve};
    static const uint8_t document[] = {0x82, 0xA4, 'a', 'r', 'e',  'a', 0x05,
                                       0xA3, 'u',  's', 'e', 0xA1, 'x'};
    const struct pl_bytes variable = {document, sizeof(document)};
    const struct pl_cel_program *program = NULL;
    struct placet_error err = {0};

    const int rc = pl_cel_compile(text, &scope, PL_CEL_DYN, &arena, &program, &err);
    if (rc != PLACET_OK) {
        is_explained(rc, &err);
        assert_in_range(err.column, 1, text.len + 1);
        tally->bad++;
        return;
    }
    static uint8_t room[1024];
    const struct pl_cel_world world = {
        .variables = &variable, .variable_count = 1, .room = room, .room_size = sizeof(room)};
    const struct pl_cel_result result = pl_cel_eval(program, &world);
    assert_true((result.fault == PL_CEL_OK) == (result.column == 0));
    assert_in_range(result.column + result.length, 0, text.len + 1);
    assert_non_null(pl_cel_fault_text(result.fault));
    tally->good++;
}

static void fuzz(const char *const *seeds, size_t count,
                 void (*attempt)(struct pl_text text, struct tally *tally))
{
    struct tally tally = {0};

    random_state = UINT64_C(20160420);
    for (unsigned round = 0; round < ROUNDS; round++) {
        uint32_t len = 0;
        char *text = damaged(seeds[round % count], &len);
        pl_arena_init(&arena, memory, sizeof(memory));
        attempt((struct pl_text){text, len}, &tally);
        free(text);
    }
    print_message("%u accepted, %u refused\n", tally.good, tally.bad);
    assert_in_range(tally.good, ROUNDS / 50, ROUNDS);
    assert_in_range(tally.bad, ROUNDS / 50, ROUNDS);
}

#define FUZZ(seeds, attempt) fuzz((seeds), sizeof(seeds) / sizeof((seeds)[0]), (attempt))

static void damaged_yaml_is_read_or_refused(void **state)
{
    static const char *const seeds[] = {
        "workflow: permit\ntitle: {zh: 许可, en: Permit}\nsteps:\n  fire:\n    ask: \"a.b\"\n"
        "    after: [x, 'y']\n    limit: 10 working days\n",
        "a: |\n  text\n  more\nb: >-\n  folded\n  text\n\n\nc: - 1\n",
        "- [1, 2.5, -3, ~, true]\n- {a: {b: {c: [[]]}}}\n- \"\\u6d88\\n\\x41\"\n",
    };
    (void)state;
    FUZZ(seeds, try_yaml);
}

static void damaged_json_is_read_or_refused(void **state)
{
    static const char *const seeds[] = {
        "{\"project\": {\"name\": \"住宅\", \"area\": 2500.5, \"ok\": [true, null, -1, 1e3]}}",
        "[[[[\"\\u6d88\\ud83c\\udfe0\\n\"]]], {\"a\": {\"b\": {}}}, 9007199254740991]",
    };
    (void)state;
    FUZZ(seeds, try_json);
}

static void damaged_schemas_are_compiled_or_refused(void **state)
{
    static const char *const seeds[] = {
        "{\"type\":\"object\",\"required\":[\"project\"],\"properties\":{\"project\":{\"title\":"
        "\"P / 项\",\"additionalProperties\":false,\"properties\":{\"area\":{\"minimum\":0},"
        "\"code\":{\"pattern\":\"^[a-z]{2,4}(x|y)*$\"},\"tags\":{\"uniqueItems\":true,\"items\":"
        "{\"$ref\":\"#/$defs/t\"}}}}},\"$defs\":{\"t\":{\"anyOf\":[{\"const\":1},{\"enum\":[\"a\"]}"
        "]}}}",
    };
    (void)state;
    FUZZ(seeds, try_schema);
}

static void damaged_expressions_are_compiled_or_refused(void **state)
{
    static const char *const seeds[] = {
        "area > 2000.0 && use in ['x', \"y\"] || !has(a.b) ? size(use) == 1 : use + 'z' != r'\\n'",
        "-area * (3 - 0x1F) / 2 % 7 <= 1e3 || m.n[0].p == null && use.startsWith('\\u6d88')",
        "[1, [2.5, 'a'], null] == x && 'k' in m && double(area) < .5",
    };
    (void)state;
    FUZZ(seeds, try_cel);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(damaged_yaml_is_read_or_refused),
        cmocka_unit_test(damaged_json_is_read_or_refused),
        cmocka_unit_test(damaged_schemas_are_compiled_or_refused),
        cmocka_unit_test(damaged_expressions_are_compiled_or_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
