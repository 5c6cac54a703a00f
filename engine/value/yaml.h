/* YAML as a tree with marks, from libyaml's events.
 *
 * One document of at most 1 MiB, depth 32, 200,000 events. Anchors, aliases, tags, directives,
 * merge keys, complex keys and duplicate keys are refused with a position. Scalars keep their text
 * and style; pl_yaml_as_* resolve them by the YAML 1.2 core schema where a type is meant, so `no`,
 * `012` and `09:00` stay texts. Line and column count from 1; columns count characters. */
#ifndef PL_VALUE_YAML_H
#define PL_VALUE_YAML_H

#include <placet/error.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/text.h"
#include "value/writer.h"

enum pl_yaml_kind { PL_YAML_SCALAR, PL_YAML_LIST, PL_YAML_MAP };

struct pl_mark {
    uint32_t line;
    uint32_t column;
    uint32_t length; /* characters on that line, for the caret; at least 1 */
};

struct pl_yaml {
    enum pl_yaml_kind kind;
    bool plain; /* scalar without quotes */
    struct pl_mark mark;
    struct pl_text text; /* scalar */
    struct pl_text key;  /* when it is the value of a map entry */
    struct pl_mark key_mark;
    struct pl_yaml *next;  /* sibling */
    struct pl_yaml *first; /* first child of a list or map */
    uint32_t count;        /* children */
};

/* Parses; the tree lives in `arena`. PLACET_EINVALID (err: line, column, message, hint),
 * PLACET_ELIMIT. `file` is for messages only. */
int pl_yaml_parse(struct pl_text text, const char *file, struct pl_arena *arena,
                  struct pl_yaml **root_out, struct placet_error *err);

/* The value under a key, or NULL. */
const struct pl_yaml *pl_yaml_get(const struct pl_yaml *map, const char *key);

/* YAML 1.2 core schema of a plain scalar (integers also 0o7 and 0xF; `012` stays a text; .inf and
 * .nan are texts); false, and nothing written, when the node is NULL or not that.
 * `pl_yaml_looks_boolean_11` tells yes/no/on/off/y/n for a message. */
bool pl_yaml_as_i64(const struct pl_yaml *node, int64_t *out);
bool pl_yaml_as_float(const struct pl_yaml *node, double *out);
bool pl_yaml_as_bool(const struct pl_yaml *node, bool *out);
bool pl_yaml_is_null(const struct pl_yaml *node);
bool pl_yaml_looks_boolean_11(const struct pl_yaml *node);

/* The tree as MessagePack by the core schema (for forms written in YAML and for the conformance
 * suite). PLACET_EINVALID for an integer beyond +-(2^53-1), PLACET_ELIMIT when `out` is full. */
int pl_yaml_write(const struct pl_yaml *node, struct pl_writer *out);

#endif
