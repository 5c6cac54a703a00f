/* Fixes: edits of a file that mend a mistake for certain, and nothing else of it.
 *
 * A mistake says what is there and what should be (pl_diag_fix); here that becomes bytes of the
 * file. Comments, layout, line ends and everything else stay byte for byte. One fix may bring to
 * light what it hid, so fixing goes on until no fix is left; the result counts only when the files
 * then have fewer mistakes, or can be read where they could not. Where it does not count, each fix
 * is tried alone and kept if it does. `placet check --fix` writes them;
 * an editor may offer each by itself. */
#ifndef PL_DEFINITION_FIX_H
#define PL_DEFINITION_FIX_H

#include <stdbool.h>
#include <stdint.h>

#include "definition/bundle.h"
#include "definition/diag.h"

/* The bytes [from, to) of a file become `text`, which belongs to the diagnostic. */
struct pl_edit {
    uint16_t file;
    uint32_t from;
    uint32_t to;
    struct pl_text text;
};

/* False when the diagnostic has no fix, or the file does not read as the fix expects. */
bool pl_fix_edit(const struct pl_diag *diag, const struct pl_bundle *bundle,
                 struct pl_edit *edit_out);

/* A mistake in the form of YAML: attaches the fix, and the hint that belongs to it, if the place
 * shows one of the common slips: a tab in the indentation, no blank after the colon of a key, the
 * wide colon of a Chinese keyboard. */
void pl_fix_yaml(struct pl_diag *diag, struct pl_text text);

/* The bundle with every fix made. `folder` (NULL: none) is that of the workflow: files that it
 * refers to once it can be read come from there. `*edits_out` 0: there was nothing to fix, or it
 * did not help; then nothing else is written. `*bytes_out` is freed with free(). PLACET_EINVALID
 * when the bytes are no bundle, PLACET_ELIMIT, PLACET_ENOMEM. */
int pl_fix_bundle(struct pl_bytes bundle, const char *folder, uint8_t **bytes_out, size_t *size_out,
                  uint32_t *edits_out, struct placet_error *err);

#endif
