#include "value/json.h"

#include <jansson.h>
#include <string.h>

#include "base/check.h"
#include "value/limits.h"
#include "value/mistake.h"

/* The largest integer that every peer reads exactly (the strict profile of the protocol). */
#define EXACT_MAX    INT64_C(9007199254740991)

#define POINTER_SIZE 160

/* A list or map that is open. */
struct open {
    json_t *value;
    void *iterator; /* of a map: the entry being written */
    size_t index;   /* of a list: the entry being written */
};

struct walk {
    struct open opened[PL_MSGPACK_DEPTH_MAX];
    uint32_t depth;
    struct pl_writer *out;
    struct placet_error *err;
};

/* ---- JSON to MessagePack ---- */

/* jansson's tree has no line numbers: what it lets through is named by its JSON Pointer. */
static int refuse(const struct walk *w, const char *hint, const char *message)
{
    char memory[POINTER_SIZE];
    struct pl_builder pointer;

    pl_builder_init(&pointer, memory, sizeof(memory));
    for (uint32_t i = 0; i < w->depth; i++) {
        const struct open *in = &w->opened[i];
        if (json_is_object(in->value)) {
            pl_builder_addf(&pointer, "/%s", json_object_iter_key(in->iterator));
        } else {
            pl_builder_addf(&pointer, "/%zu", in->index);
        }
    }
    return pl_mistake(w->err, PLACET_EINVALID, (struct pl_place){0}, hint, "%s at `%s`", message,
                      memory);
}

static int write_scalar(const struct walk *w, const json_t *value)
{
    switch (json_typeof(value)) {
    case JSON_STRING:
        pl_write_text(w->out, (struct pl_text){json_string_value(value),
                                               (uint32_t)json_string_length(value)});
        return PLACET_OK;
    case JSON_INTEGER:
        if (json_integer_value(value) < -EXACT_MAX || json_integer_value(value) > EXACT_MAX) {
            return refuse(w, "Write numbers of more than 15 digits as texts.",
                          "an integer beyond 2^53");
        }
        pl_write_i64(w->out, json_integer_value(value));
        return PLACET_OK;
    case JSON_REAL:
        pl_write_float(w->out, json_real_value(value));
        return PLACET_OK;
    case JSON_TRUE:
    case JSON_FALSE:
        pl_write_bool(w->out, json_is_true(value));
        return PLACET_OK;
    case JSON_NULL:
        pl_write_nil(w->out);
        return PLACET_OK;
    case JSON_OBJECT:
    case JSON_ARRAY:
        break;
    }
    PL_UNREACHABLE();
}

/* The header of a list or map, which is then open. */
static int open_value(struct walk *w, json_t *value)
{
    if (w->depth == PL_MSGPACK_DEPTH_MAX) {
        return refuse(w, "Make the document flatter.", "lists and maps nested too deeply");
    }
    struct open *in = &w->opened[w->depth++];
    *in = (struct open){.value = value};
    if (json_is_object(value)) {
        in->iterator = json_object_iter(value);
        pl_write_map(w->out, (uint32_t)json_object_size(value));
    } else {
        pl_write_array(w->out, (uint32_t)json_array_size(value));
    }
    return PLACET_OK;
}

/* The entry of the innermost list or map at which the walk stands, its key written; NULL at the
 * end of it. */
static json_t *begin_entry(const struct walk *w)
{
    const struct open *in = &w->opened[w->depth - 1];

    if (json_is_array(in->value)) {
        return json_array_get(in->value, in->index);
    }
    if (in->iterator == NULL) {
        return NULL;
    }
    pl_write_string(w->out, json_object_iter_key(in->iterator));
    return json_object_iter_value(in->iterator);
}

static void advance(struct walk *w)
{
    struct open *in = &w->opened[w->depth - 1];

    in->index++;
    if (json_is_object(in->value)) {
        in->iterator = json_object_iter_next(in->value, in->iterator);
    }
}

static int write_tree(struct walk *w, json_t *root)
{
    json_t *value = root;

    do {
        const bool is_open = json_is_object(value) || json_is_array(value);
        const int rc = is_open ? open_value(w, value) : write_scalar(w, value);
        if (rc != PLACET_OK) {
            return rc;
        }
        if (!is_open && w->depth > 0) {
            advance(w);
        }
        while (w->depth > 0 && (value = begin_entry(w)) == NULL) {
            w->depth--;
            if (w->depth > 0) {
                advance(w);
            }
        }
    } while (w->depth > 0);
    return PLACET_OK;
}

static int refuse_syntax(const json_error_t *error, struct placet_error *err)
{
    const struct pl_place place = {.line = error->line > 0 ? (uint32_t)error->line : 1,
                                   .column = error->column > 0 ? (uint32_t)error->column : 1};

    if (json_error_code(error) == json_error_out_of_memory) {
        return pl_mistake(err, PLACET_ENOMEM, place, NULL, "out of memory while reading JSON");
    }
    return pl_mistake(err, PLACET_EINVALID, place,
                      "Check the commas, quotes and brackets before this place.", "%s",
                      error->text);
}

int pl_json_read(struct pl_text text, struct pl_writer *out, struct placet_error *err)
{
    const size_t start = out->used;
    struct walk walk = {.out = out, .err = err};
    json_error_t error;

    json_t *root = json_loadb(text.at, text.len, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &error);
    if (root == NULL) {
        return refuse_syntax(&error, err);
    }
    const int rc = write_tree(&walk, root);
    json_decref(root);
    if (rc != PLACET_OK) {
        return rc;
    }
    if (!pl_writer_ok(out)) {
        return pl_mistake(err, PLACET_ELIMIT, (struct pl_place){0}, NULL,
                          "the document is larger than %zu bytes", out->size - start);
    }
    const enum pl_msgpack_fault fault = pl_msgpack_check(out->at + start, out->used - start);
    if (fault != PL_MSGPACK_OK) {
        return pl_mistake(err, PLACET_EINVALID, (struct pl_place){0}, NULL, "%s",
                          pl_msgpack_fault_text(fault));
    }
    return PLACET_OK;
}
