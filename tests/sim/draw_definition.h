/* Random workflow definitions: small, of every construct of the language, mostly loadable. */
#ifndef PL_TESTS_SIM_DRAW_DEFINITION_H
#define PL_TESTS_SIM_DRAW_DEFINITION_H

#include "support/draw.h"
#include "value/reader.h"

#define DRAWN_DEPARTMENTS 4
#define DRAWN_SIZE_MAX    (64u << 10)

/* Writes a bundle of a workflow named sim_<number>; the bytes are valid until the next call. */
struct pl_bytes draw_definition(struct draw *d, unsigned number);

#endif
