/* From a bundle of files to a definition that the core can run, or to diagnostics.
 *
 * What loads cannot deadlock: names, order, expressions, limits and outcomes are proved here,
 * before the first case starts. Loading is deterministic and does no I/O; it takes some ten
 * milliseconds and up to PL_LOAD_SCRATCH_MAX of memory while it lasts. */
#ifndef PL_DEFINITION_DEFINITION_H
#define PL_DEFINITION_DEFINITION_H

#include <placet/error.h>

#include "definition/bundle.h"
#include "definition/diag.h"
#include "model/definition.h"

#define PL_LOAD_SCRATCH_MAX (48u << 20)  /* trees of a bundle of 4 MiB at their worst; untouched */
#define PL_DEFINITION_MIN   (256u << 10) /* room to begin with, besides 8 bytes a byte of text */
#define PL_DEFINITION_MAX   (16u << 20) /* a compiled definition; the largest known takes 200 KiB */

/* Loads. `*def_out` owns its memory, does not borrow from the bytes, and ends with
 * pl_definition_free; its number and revision are 0. `diags` takes every mistake, sorted; `err`
 * (may be NULL) the first of them. PLACET_EINVALID when there was one, PLACET_ENOMEM. */
int pl_definition_load(struct pl_bytes bundle, struct pl_diags *diags,
                       struct pl_definition **def_out, struct placet_error *err);

/* NULL is allowed. */
void pl_definition_free(struct pl_definition *def);

/* A calendar alone. PLACET_EINVALID with diagnostics as above; file 0 is the calendar. */
int pl_calendar_load(struct pl_text yaml, const char *name, struct pl_diags *diags,
                     struct pl_calendar *calendar_out);

/* The calendar of a file. PLACET_EINVALID with its first mistake; PLACET_ENOTFOUND, PLACET_EIO,
 * PLACET_ENOMEM. */
int pl_calendar_read(const char *path, struct pl_calendar *calendar_out, struct placet_error *err);

#endif
