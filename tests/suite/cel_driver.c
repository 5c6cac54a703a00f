/* Evaluates expressions for cel_test.py. A line is
 *
 *     FLAGS <tab> CONTAINER <tab> EXPRESSION <tab> NAME=TYPE=VALUE,NAME=TYPE=VALUE...
 *
 * with expression and values in base16, a value in the encoding of value/cel_run.h or empty. FLAGS:
 * `c` checked, `u` not. The answer is a line: `value HEX`, `fault WORDS` or `refused WORDS`. Every
 * expression is evaluated twice, with its constants computed at load time and without: two answers
 * that are not the same are the line `differs`. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "value/cel_code.h"
#include "value/cel_run.h"

#define VARIABLES_MAX 16
#define ROOM_SIZE     65536

static struct variable {
    struct pl_text name;
    enum pl_cel_type type;
} names[VARIABLES_MAX];
static struct pl_bytes values[VARIABLES_MAX];
static uint32_t variable_count;
static struct pl_text container;
static char memory[1 << 20];
static uint8_t rooms[2][ROOM_SIZE];

/* ---- names ---- */

static bool is_declared(struct pl_text before, struct pl_text name, uint16_t *out)
{
    char whole[256];
    const int len = snprintf(whole, sizeof(whole), "%.*s%s%.*s", (int)before.len, before.at,
                             before.len > 0 ? "." : "", (int)name.len, name.at);

    for (uint32_t i = 0; i < variable_count; i++) {
        if (pl_text_equal(names[i].name, (struct pl_text){whole, (uint32_t)len})) {
            *out = (uint16_t)i;
            return true;
        }
    }
    return false;
}

static struct pl_text without_last(struct pl_text path)
{
    while (path.len > 0 && path.at[path.len - 1] != '.') {
        path.len--;
    }
    path.len -= path.len > 0 ? 1 : 0;
    return path;
}

/* The longest beginning of the path that is a name, in the innermost container that has it; after a
 * dot, in none. */
static bool resolve(void *context, struct pl_text path, struct pl_cel_binding *binding_out,
                    const char **suggestion_out)
{
    (void)context;
    (void)suggestion_out;
    for (struct pl_text part = path; part.len > 0; part = without_last(part)) {
        struct pl_text before = path.at[-1] == '.' ? (struct pl_text){0} : container;
        for (;;) {
            uint16_t variable = 0;
            if (is_declared(before, part, &variable)) {
                const uint32_t used = part.len < path.len ? part.len + 1 : part.len;
                *binding_out = (struct pl_cel_binding){
                    .variable = variable,
                    .rest = {path.at + used, path.len - used},
                    .type = part.len == path.len ? names[variable].type : PL_CEL_DYN};
                return true;
            }
            if (before.len == 0) {
                break;
            }
            before = without_last(before);
        }
    }
    return false;
}

/* ---- lines ---- */

static uint32_t unhex(char *text)
{
    uint32_t size = 0;

    for (; text[2 * size] != '\0'; size++) {
        const char pair[] = {text[2 * size], text[2 * size + 1], '\0'};
        text[size] = (char)strtoul(pair, NULL, 16);
    }
    return size;
}

static enum pl_cel_type type_of(const char *name)
{
    for (unsigned type = 0; type < PL_CEL_DYN; type++) {
        if (strcmp(name, pl_cel_type_name((enum pl_cel_type)type)) == 0) {
            return (enum pl_cel_type)type;
        }
    }
    return PL_CEL_DYN;
}

static void read_variables(char *list)
{
    variable_count = 0;
    for (char *entry = NULL; (entry = strsep(&list, ",")) != NULL && entry[0] != '\0';) {
        char *name = strsep(&entry, "=");
        char *type = strsep(&entry, "=");
        assert_in_range(variable_count, 0, VARIABLES_MAX - 1);
        names[variable_count] = (struct variable){pl_text_of(name), type_of(type)};
        values[variable_count].size = unhex(entry);
        values[variable_count].at = (const uint8_t *)entry;
        variable_count++;
    }
}

/* ---- evaluation ---- */

struct answer {
    const char *kind;
    char text[300];
    const uint8_t *at;
    size_t size;
};

static struct answer answer_of(struct pl_text source, struct pl_cel_options options, uint8_t *room)
{
    static const struct pl_cel_scope scope = {.resolve = resolve};
    const struct pl_cel_program *program = NULL;
    struct answer answer = {.kind = "refused"};
    struct placet_error err = {0};
    struct pl_arena arena;

    pl_arena_init(&arena, memory, sizeof(memory));
    if (pl_cel_compile_as(source, &scope, PL_CEL_DYN, options, &arena, &program, &err) !=
        PLACET_OK) {
        (void)snprintf(answer.text, sizeof(answer.text), "%u: %s", err.column, err.message);
        return answer;
    }
    const struct pl_cel_world world = {.variables = values,
                                       .variable_count = variable_count,
                                       .room = room,
                                       .room_size = ROOM_SIZE / 2};
    const struct pl_cel_result result = pl_cel_eval(program, &world);
    if (result.fault != PL_CEL_OK) {
        answer.kind = "fault";
        (void)pl_cel_explain(program, &world, &result, answer.text, sizeof(answer.text));
        return answer;
    }
    /* behind the room of the evaluation */
    const struct pl_cel_world behind = {.room = room + ROOM_SIZE / 2, .room_size = ROOM_SIZE / 2};
    struct pl_cel_run run = {.world = &behind};
    struct pl_cel_build build = pl_cel_build(&run);
    pl_cel_put_value(&build, &result.value);
    assert_false(build.full);
    answer.kind = "value";
    answer.at = behind.room;
    answer.size = build.used;
    return answer;
}

static void answer_line(char *line)
{
    char *flags = strsep(&line, "\t");
    container = pl_text_of(strsep(&line, "\t"));
    char *source = strsep(&line, "\t");
    const struct pl_text text = {source, unhex(source)};
    const struct pl_cel_options plain = {.unchecked = flags[0] == 'u'};
    const struct pl_cel_options unfolded = {.unchecked = plain.unchecked, .unfolded = true};

    read_variables(line);
    const struct answer a = answer_of(text, plain, rooms[0]);
    const struct answer b = answer_of(text, unfolded, rooms[1]);
    if (strcmp(a.kind, b.kind) != 0 || a.size != b.size ||
        (a.size > 0 && memcmp(a.at, b.at, a.size) != 0)) {
        (void)printf("differs %s %s / %s %s\n", a.kind, a.text, b.kind, b.text);
        return;
    }
    (void)printf("%s %s", a.kind, a.text);
    for (size_t i = 0; i < a.size; i++) {
        (void)printf("%02x", a.at[i]);
    }
    (void)printf("\n");
}

int main(void)
{
    char *line = NULL;
    size_t size = 0;
    ssize_t len = 0;

    while ((len = getline(&line, &size, stdin)) > 0) {
        line[len - 1] = '\0';
        answer_line(line);
    }
    free(line);
    return 0;
}
