/* The good definition of tests/broken/good as a bundle, and copies of it with something changed. */
#ifndef PLACET_TEST_DEFINITION_FILES_H
#define PLACET_TEST_DEFINITION_FILES_H

#include "definition/definition.h"

#define DEFINITION_FILES     5
#define DEFINITION_FILES_MAX 12

struct definition_files {
    struct pl_bundle bundle;
    char *texts[DEFINITION_FILES_MAX];
    struct pl_diags *diags; /* of the last load */
};

/* Fails the test when a file cannot be read. End with definition_files_free. */
void definition_files_read(struct definition_files *files);
void definition_files_free(struct definition_files *files);

/* Replaces the first `old`, which must be there, in the file with that name in the bundle. */
void definition_files_edit(struct definition_files *files, const char *name, const char *old,
                           const char *changed);

/* Replaces the whole text of a file; it is copied. */
void definition_files_put(struct definition_files *files, const char *name, const char *text,
                          size_t size);

/* Adds a file that the good definition does not have. The name is borrowed, the text copied. */
void definition_files_add(struct definition_files *files, const char *name, const char *text);

/* Loads through bundle bytes, which are overwritten and freed before it returns. */
int definition_files_load(struct definition_files *files, struct pl_definition **def_out);

/* The definition of the files as they are; fails the test when they are refused. */
struct pl_definition *definition_files_good(struct definition_files *files);

/* The good definition with the text `old` of its workflow replaced. */
struct pl_definition *definition_files_with(const char *old, const char *changed);

/* Fail the test unless a text or a span of the definition is this. */
void definition_expect_text(struct pl_text text, const char *wanted);
void definition_expect_span(struct pl_span span, uint32_t count, enum pl_unit unit);

#endif
