/* Places in a text of YAML: from libyaml's marks, which count characters, to bytes, and to the
 * lines and columns of people. */
#ifndef PL_VALUE_YAML_PLACE_H
#define PL_VALUE_YAML_PLACE_H

#include <yaml.h>

#include "value/yaml.h"

/* Follows the marks through the text: each is near the one before. */
struct pl_yaml_places {
    struct pl_text text;
    size_t at_byte;
    size_t at_index;
};

/* The byte where a mark stands. */
size_t pl_yaml_byte_of(struct pl_yaml_places *p, size_t index);

/* From one mark to another, or to the end of the line. */
struct pl_mark pl_yaml_mark_of(struct pl_yaml_places *p, yaml_mark_t start, yaml_mark_t end);

/* Line and column of a byte: for what was found in the text itself, and for the errors of libyaml's
 * reader, whose own mark is always 1:1. */
struct pl_mark pl_yaml_mark_of_byte(struct pl_text text, size_t byte);

#endif
