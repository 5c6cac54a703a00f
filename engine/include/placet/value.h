/**
 * @file
 * Documents: what tasks bring, what answers carry.
 *
 * A document is one MessagePack value of the strict profile: nil, booleans, integers within
 * +-(2^53-1), floats without NaN and infinity, UTF-8 text, bytes, lists, and maps whose keys are
 * text, each once. It is read where it lies: a struct placet_value borrows bytes that somebody else
 * owns (each function says until when), and nothing here allocates but the writer and the JSON
 * functions. Times are integer milliseconds since 1970-01-01 UTC, exact decimals are text.
 */
#ifndef PLACET_VALUE_H
#define PLACET_VALUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <placet/error.h>

/** Borrowed UTF-8, not NUL-terminated: print it with "%.*s", (int)text.size, text.at. */
struct placet_text {
    const char *at;
    uint32_t size;
};

/** Borrowed bytes of exactly one value; `size` 0 = there is none. */
struct placet_value {
    const uint8_t *at;
    uint32_t size;
};

enum placet_type {
    PLACET_TYPE_NONE, /**< no value at all, as placet_value_get gives for what is absent */
    PLACET_TYPE_NIL,
    PLACET_TYPE_BOOL,
    PLACET_TYPE_INT,
    PLACET_TYPE_FLOAT,
    PLACET_TYPE_TEXT,
    PLACET_TYPE_BYTES,
    PLACET_TYPE_LIST,
    PLACET_TYPE_MAP
};

/**
 * Checks foreign bytes against the strict profile and makes a value of them. Everything that the
 * library hands out was checked already. #PLACET_EINVALID when they are not one such value.
 */
PLACET_API PLACET_MUST_CHECK int placet_value_check(const void *bytes, size_t size,
                                                    struct placet_value *value_out);

PLACET_API enum placet_type placet_value_type(struct placet_value value);

/**
 * What stands under a path of keys, "project" or "project.area"; "" is the value itself. None when
 * something on the way is absent or no map. Linear in the size of the maps on the way.
 */
PLACET_API struct placet_value placet_value_get(struct placet_value map, const char *path);

/* One value as a C value. False, and `*out` untouched, when it is absent or of another type. */
PLACET_API bool placet_value_as_bool(struct placet_value value, bool *out);
PLACET_API bool placet_value_as_i64(struct placet_value value, int64_t *out);
PLACET_API bool placet_value_as_float(struct placet_value value, double *out); /**< or an integer */
PLACET_API bool placet_value_as_text(struct placet_value value, struct placet_text *out);
PLACET_API bool placet_value_as_bytes(struct placet_value value, struct placet_value *out);

/* The same under a path, with an answer for what is absent or of another type: zero, false, "". */
PLACET_API bool placet_get_bool(struct placet_value map, const char *path);
PLACET_API int64_t placet_get_i64(struct placet_value map, const char *path);
PLACET_API struct placet_text placet_get_text(struct placet_value map, const char *path);

/**
 * Copies the text under a path into `out`, NUL-terminated, cut at a character's edge when it is
 * too long. Returns `out`.
 */
PLACET_API char *placet_get_string(struct placet_value map, const char *path, char *out,
                                   size_t size);

/** Whether a text is these characters. */
PLACET_API bool placet_text_is(struct placet_text text, const char *string);

/** Elements of a list, pairs of a map; 0 for everything else. */
PLACET_API uint32_t placet_value_count(struct placet_value value);

/**
 * Walks a list or a map in its order:
 *
 *     struct placet_items items = placet_items_of(value);
 *     struct placet_text key;    // stays empty in a list; pass NULL when not wanted
 *     struct placet_value item;
 *     while (placet_items_next(&items, &key, &item)) { ... }
 */
struct placet_items {
    struct placet_value rest;
    uint32_t left;
    bool keys;
};
PLACET_API struct placet_items placet_items_of(struct placet_value value);
PLACET_API bool placet_items_next(struct placet_items *items, struct placet_text *key_out,
                                  struct placet_value *item_out);

/**
 * Builds a value. Maps and lists are opened and ended and count themselves; in a map every value
 * follows a key. The first mistake or lack of memory is remembered, everything after it is ignored,
 * and placet_writer_value says so: write straight through, look once.
 *
 *     struct placet_writer out = {0};
 *     placet_put_map(&out);
 *     placet_put_key_text(&out, "opinion", "no objection");
 *     placet_put_end(&out);
 *     struct placet_value answer;
 *     int rc = placet_writer_value(&out, &answer);    // borrowed from the writer
 *     ...
 *     placet_writer_fini(&out);
 *
 * An all-zero writer is empty and ready. The members are the library's.
 */
#define PLACET_WRITER_DEPTH 16
struct placet_writer {
    uint8_t *at;
    size_t used;
    size_t size;
    int status; /* 0, PLACET_ENOMEM or PLACET_EINVALID */
    uint32_t depth;
    struct {
        size_t head;    /* where its count is written */
        uint32_t count; /* keys and values */
        bool map;
    } open[PLACET_WRITER_DEPTH];
};

/** Forgets what was written and keeps the memory. */
PLACET_API void placet_writer_clear(struct placet_writer *out);
/** Frees the memory; the writer is empty and ready again. */
PLACET_API void placet_writer_fini(struct placet_writer *out);
/**
 * The finished value, borrowed until the writer is changed. #PLACET_ENOMEM; #PLACET_EINVALID when
 * something is still open, when it is no single value, or when a value in it was none of the
 * profile.
 */
PLACET_API PLACET_MUST_CHECK int placet_writer_value(const struct placet_writer *out,
                                                     struct placet_value *value_out);

PLACET_API void placet_put_map(struct placet_writer *out);
PLACET_API void placet_put_list(struct placet_writer *out);
PLACET_API void placet_put_end(struct placet_writer *out); /**< of the innermost map or list */
PLACET_API void placet_put_key(struct placet_writer *out, const char *key);
PLACET_API void placet_put_key_of(struct placet_writer *out, struct placet_text key);
PLACET_API void placet_put_nil(struct placet_writer *out);
PLACET_API void placet_put_bool(struct placet_writer *out, bool value);
PLACET_API void placet_put_i64(struct placet_writer *out, int64_t value);
PLACET_API void placet_put_float(struct placet_writer *out, double value);
PLACET_API void placet_put_text(struct placet_writer *out, const char *string); /**< NULL: nil */
PLACET_API void placet_put_text_of(struct placet_writer *out, struct placet_text text);
PLACET_API void placet_put_bytes(struct placet_writer *out, const void *bytes, size_t size);
PLACET_API void placet_put_value(struct placet_writer *out, struct placet_value value);

/* Key and value in one line; text NULL and a value of size 0 leave the pair out. */
PLACET_API void placet_put_key_bool(struct placet_writer *out, const char *key, bool value);
PLACET_API void placet_put_key_i64(struct placet_writer *out, const char *key, int64_t value);
PLACET_API void placet_put_key_text(struct placet_writer *out, const char *key, const char *string);
PLACET_API void placet_put_key_value(struct placet_writer *out, const char *key,
                                     struct placet_value value);

/**
 * The value as JSON, keys in their order, NUL-terminated; the caller frees `*json_out` with free().
 * Bytes become base16 text. #PLACET_ENOMEM.
 */
PLACET_API PLACET_MUST_CHECK int placet_value_to_json(struct placet_value value, bool indent,
                                                      char **json_out);

/**
 * Appends the value of a JSON text to a writer, as one value. #PLACET_EINVALID with line and column
 * in `err` (also for what the profile refuses: integers beyond 2^53-1, keys written twice).
 */
PLACET_API PLACET_MUST_CHECK int placet_put_json(struct placet_writer *out, const char *json,
                                                 size_t size, struct placet_error *err);

#endif
