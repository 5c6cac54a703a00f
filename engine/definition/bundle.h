/* A bundle: the files of one definition, as PUBLISH carries them and the store keeps them. The same
 * bytes give the same definition on every machine and after every recovery.
 *
 * MessagePack: an array of [name, text] pairs, the workflow first. Names are relative to the folder
 * of the workflow, so that no path of a machine is published: "construction_permit.yaml",
 * "calendars/cn.yaml", "departments.yaml", "documents.yaml",
 * "../schemas/forms/construction_project.schema.json", "../schemas/answers/survey.schema.json",
 * "tables/land.yaml". Of a workflow that is run as a child only its results are there
 * ("results/fire_review.json"): what else it says is its own matter (decision 17). */
#ifndef PL_DEFINITION_BUNDLE_H
#define PL_DEFINITION_BUNDLE_H

#include <placet/error.h>
#include <stddef.h>
#include <stdint.h>

#include "base/text.h"
#include "value/reader.h"

#define PL_BUNDLE_FILES_MAX 256 /* catalogues, and an answer or child of each step at most */

struct pl_bundle_file {
    struct pl_text name;
    struct pl_text text;
};

/* A view: all borrowed. */
struct pl_bundle {
    uint32_t count;
    struct pl_bundle_file files[PL_BUNDLE_FILES_MAX];
};

/* Names of the files that a workflow refers to. */
#define PL_BUNDLE_NAME_SIZE 128
void pl_bundle_calendar_name(struct pl_text id, char out[PL_BUNDLE_NAME_SIZE]);
void pl_bundle_form_name(struct pl_text id, char out[PL_BUNDLE_NAME_SIZE]);
void pl_bundle_answer_name(struct pl_text id, char out[PL_BUNDLE_NAME_SIZE]);
void pl_bundle_table_name(struct pl_text id, char out[PL_BUNDLE_NAME_SIZE]);
/* No file of the folder: what a child can end with, `{id: {zh, en}}` as JSON. */
void pl_bundle_results_name(struct pl_text workflow, char out[PL_BUNDLE_NAME_SIZE]);
#define PL_BUNDLE_DEPARTMENTS "departments.yaml"
#define PL_BUNDLE_DOCUMENTS   "documents.yaml"

/* Number of the file with that name, or -1. */
int pl_bundle_find(const struct pl_bundle *bundle, const char *name);

/* The view of bundle bytes. PLACET_EINVALID when they are not a bundle. */
int pl_bundle_parse(struct pl_bytes bytes, struct pl_bundle *bundle_out, struct placet_error *err);

/* Bundle bytes in memory that the caller frees with free(). PLACET_ENOMEM; PLACET_ELIMIT when they
 * would not fit into one PUBLISH message. */
int pl_bundle_write(const struct pl_bundle *bundle, uint8_t **bytes_out, size_t *size_out,
                    struct placet_error *err);

/* Reads a workflow and what it refers to. Files that are not there are left out: loading says which
 * and where they were named. `*bytes_out` is freed with free(). PLACET_ENOTFOUND and PLACET_EIO for
 * the workflow itself, PLACET_ELIMIT for a file larger than a bundle may be. */
int pl_bundle_read_files(const char *workflow_path, uint8_t **bytes_out, size_t *size_out,
                         struct placet_error *err);

/* A bundle with the files that it refers to and does not have, from the folder of its workflow (""
 * or with `/` at the end): after an edit it may refer to others. As pl_bundle_read_files. */
int pl_bundle_read_more(struct pl_bytes bundle, const char *folder, uint8_t **bytes_out,
                        size_t *size_out, struct placet_error *err);

#endif
