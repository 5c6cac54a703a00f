#include "yaml_out.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <yaml.h>

static int write_stream(void *stream, unsigned char *bytes, size_t size)
{
    return fwrite(bytes, 1, size, stream) == size;
}

static yaml_char_t *text_of(const char *text)
{
    return (yaml_char_t *)(uintptr_t)text;
}

static bool put(yaml_emitter_t *emitter, yaml_event_t *event, int made)
{
    return made == 1 && yaml_emitter_emit(emitter, event) == 1;
}

static bool put_scalar(yaml_emitter_t *emitter, const char *text, yaml_scalar_style_t style)
{
    yaml_event_t event;

    return put(emitter, &event,
               yaml_scalar_event_initialize(&event, NULL, NULL, text_of(text), (int)strlen(text), 1,
                                            1, style));
}

/* Text that a reader would take for a number, a date, a boolean or nothing is quoted. */
static yaml_scalar_style_t style_of(const char *text)
{
    static const char *const words[] = {"",   "~",   "null", "true", "false", "yes", "no",
                                        "on", "off", "y",    "n",    ".inf",  ".nan"};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (strcasecmp(words[i], text) == 0) {
            return YAML_DOUBLE_QUOTED_SCALAR_STYLE;
        }
    }
    return strchr("0123456789+-.", text[0]) != NULL ? YAML_DOUBLE_QUOTED_SCALAR_STYLE
                                                    : YAML_ANY_SCALAR_STYLE;
}

/* What a walk has open: a list or a map and how far it is. */
struct level {
    json_t *value;
    size_t index;
    void *member;
};

#define DEPTH_MAX 24 /* results are flatter; documents in them have at most 16 */

static bool put_simple(yaml_emitter_t *emitter, const json_t *value)
{
    if (json_is_string(value)) {
        const char *text = json_string_value(value);
        return put_scalar(emitter, text, style_of(text));
    }
    char *text = json_dumps(value, JSON_ENCODE_ANY | JSON_REAL_PRECISION(15));
    const bool good = text != NULL && put_scalar(emitter, text, YAML_PLAIN_SCALAR_STYLE);
    free(text);
    return good;
}

static bool open_level(yaml_emitter_t *emitter, struct level *level, json_t *value)
{
    yaml_event_t event;

    *level = (struct level){.value = value, .member = json_object_iter(value)};
    if (json_is_array(value)) {
        return put(
            emitter, &event,
            yaml_sequence_start_event_initialize(&event, NULL, NULL, 1, YAML_ANY_SEQUENCE_STYLE));
    }
    return put(emitter, &event,
               yaml_mapping_start_event_initialize(&event, NULL, NULL, 1, YAML_ANY_MAPPING_STYLE));
}

/* The next value of what is open, after its key when there is one; NULL at the end. */
static json_t *next_of(yaml_emitter_t *emitter, struct level *level, bool *good)
{
    if (json_is_array(level->value)) {
        return json_array_get(level->value, level->index++);
    }
    if (level->member == NULL) {
        return NULL;
    }
    const char *key = json_object_iter_key(level->member);
    json_t *value = json_object_iter_value(level->member);
    level->member = json_object_iter_next(level->value, level->member);
    *good = put_scalar(emitter, key, style_of(key));
    return value;
}

static bool put_value(yaml_emitter_t *emitter, json_t *value)
{
    struct level levels[DEPTH_MAX] = {{.value = NULL}};
    unsigned depth = 0;
    bool good = true;

    do {
        if (value == NULL) {
            yaml_event_t event;
            depth--;
            good =
                put(emitter, &event,
                    json_is_array(levels[depth].value) ? yaml_sequence_end_event_initialize(&event)
                                                       : yaml_mapping_end_event_initialize(&event));
        } else if (json_is_array(value) || json_is_object(value)) {
            good = depth < DEPTH_MAX && open_level(emitter, &levels[depth++], value);
        } else {
            good = put_simple(emitter, value);
        }
        value = good && depth > 0 ? next_of(emitter, &levels[depth - 1], &good) : NULL;
    } while (good && depth > 0);
    return good;
}

int pl_cli_yaml(json_t *value, FILE *stream)
{
    yaml_emitter_t emitter;
    yaml_event_t event;

    if (yaml_emitter_initialize(&emitter) != 1) {
        return -1;
    }
    yaml_emitter_set_output(&emitter, write_stream, stream);
    yaml_emitter_set_unicode(&emitter, 1);
    yaml_emitter_set_width(&emitter, -1);
    const bool good =
        put(&emitter, &event, yaml_stream_start_event_initialize(&event, YAML_UTF8_ENCODING)) &&
        put(&emitter, &event, yaml_document_start_event_initialize(&event, NULL, NULL, NULL, 0)) &&
        put_value(&emitter, value) &&
        put(&emitter, &event, yaml_document_end_event_initialize(&event, 1)) &&
        put(&emitter, &event, yaml_stream_end_event_initialize(&event)) &&
        yaml_emitter_flush(&emitter) == 1;
    yaml_emitter_delete(&emitter);
    return good ? 0 : -1;
}
