/**
 * @file
 * Definitions outside of the engine: read the files of a workflow, check them, compute what they
 * cost an applicant, compare two of them. For tools; an adapter does not need it.
 *
 * Everything is computed here, in the process that asks: no engine is contacted. The functions are
 * thread-safe as long as one object is used by one thread at a time. They are not in libplacet but
 * in the archive `placet_engine` of the build.
 *
 *     struct placet_bundle *bundle = NULL;
 *     struct placet_definition *definition = NULL;
 *     char *report = NULL;
 *     if (placet_bundle_read("workflows/construction_permit.yaml", &bundle, &err) == PLACET_OK &&
 *         placet_bundle_check(bundle, PLACET_TEXT, &definition, &report) == PLACET_OK) { ... }
 *     fputs(report, stderr);
 */
#ifndef PLACET_DEFINITION_H
#define PLACET_DEFINITION_H

#include <placet/error.h>
#include <stddef.h>
#include <stdint.h>

/** The files of one workflow: it and the calendar, form, departments and documents it names. */
struct placet_bundle;

/** A workflow that was loaded without a mistake. */
struct placet_definition;

/** How a result is written. Text is UTF-8 with Chinese counted two columns wide. */
enum placet_format {
    PLACET_TEXT,        /**< for people, without colour */
    PLACET_TEXT_COLOUR, /**< for people, with ANSI colours */
    PLACET_JSON,        /**< for programs: stable keys, described in schemas/ */
    PLACET_MARKDOWN     /**< for editors; only of placet_explain, elsewhere as PLACET_TEXT */
};

/** In which languages a text for people says what is wrong; JSON always has both. */
enum placet_language { PLACET_BOTH, PLACET_CHINESE, PLACET_ENGLISH };

/** Frees a text that a function below returned; NULL is allowed. */
PLACET_API void placet_free(char *text);

/* ---- files ---- */

/**
 * Reads a workflow file and what it refers to, beside it: `calendars/<id>.yaml`,
 * `departments.yaml`, `documents.yaml` (or in the folder above), and
 * `../schemas/forms/<id>.schema.json`. Files that are not there are left out; the check says where
 * they were named. End with placet_bundle_free.
 * PLACET_ENOTFOUND or PLACET_EIO for the workflow file itself, PLACET_ELIMIT, PLACET_ENOMEM.
 */
PLACET_API PLACET_MUST_CHECK int placet_bundle_read(const char *workflow_path,
                                                    struct placet_bundle **bundle_out,
                                                    struct placet_error *err);

/**
 * A bundle from bytes, such as the engine keeps; they are copied. `folder` is put before the names
 * of files in messages: "workflows/" or "". PLACET_EINVALID, PLACET_ENOMEM.
 */
PLACET_API PLACET_MUST_CHECK int placet_bundle_from_bytes(const void *bytes, size_t size,
                                                          const char *folder,
                                                          struct placet_bundle **bundle_out,
                                                          struct placet_error *err);

/** The bytes that PUBLISH carries; they belong to the bundle. */
PLACET_API const void *placet_bundle_bytes(const struct placet_bundle *bundle, size_t *size_out);

/** The language of the texts of placet_bundle_check; both until this is called. */
PLACET_API void placet_bundle_speak(struct placet_bundle *bundle, enum placet_language language);

/** How many files there are; the first is the workflow. */
PLACET_API size_t placet_bundle_count(const struct placet_bundle *bundle);

/**
 * A file of the bundle: `path_out` (at least PLACET_PATH_SIZE bytes) is the folder and its name, as
 * it was read. Returns the text, which is not NUL-terminated and belongs to the bundle; NULL when
 * there is no file of this number.
 */
#define PLACET_PATH_SIZE 4352
PLACET_API const char *placet_bundle_file(const struct placet_bundle *bundle, size_t index,
                                          char path_out[PLACET_PATH_SIZE], size_t *size_out);

/** NULL and a pointer to NULL are allowed; `*bundle` becomes NULL. */
PLACET_API void placet_bundle_free(struct placet_bundle **bundle);

/* ---- checking ---- */

/**
 * Loads the definition. `*report_out` is set in both cases (NULL only when memory ran out): the
 * mistakes, or "" as text; as JSON `{"ok", "errors", "left_out", "diagnostics": [...]}`
 * (schemas/cli/check.schema.json). PLACET_EINVALID when there are mistakes: then
 * `*definition_out` is not written. End it with placet_definition_free. PLACET_ENOMEM.
 */
PLACET_API PLACET_MUST_CHECK int placet_bundle_check(const struct placet_bundle *bundle,
                                                     enum placet_format format,
                                                     struct placet_definition **definition_out,
                                                     char **report_out);

/**
 * Makes every edit that mends a mistake for certain: misspelt keys and ids that can only mean one,
 * times in other words, `yes` for `true`, entries that stand twice, tabs and missing blanks.
 * Everything else of the files stays byte for byte. `*edits_out` is how many edits `*mended_out`
 * has; 0 when there is nothing to mend, or the files would not have fewer mistakes after it: then
 * `*mended_out` is not written. Mending the result again finds nothing. A check offers the same
 * edits one by one (`fix` of its JSON). PLACET_ELIMIT, PLACET_ENOMEM.
 */
PLACET_API PLACET_MUST_CHECK int placet_bundle_mend(const struct placet_bundle *bundle,
                                                    struct placet_bundle **mended_out,
                                                    size_t *edits_out, struct placet_error *err);

/** NULL and a pointer to NULL are allowed; `*definition` becomes NULL. */
PLACET_API void placet_definition_free(struct placet_definition **definition);

/** Id of the workflow; it belongs to the definition. */
PLACET_API const char *placet_definition_id(const struct placet_definition *definition);

/**
 * Writes the hash of the canonical form as 64 hex digits and NUL. Comments, layout and the order of
 * keys do not change it: an engine answers "unchanged" to a definition with a hash that it has.
 */
#define PLACET_HASH_TEXT_SIZE 65
PLACET_API void placet_definition_hash(const struct placet_definition *definition,
                                       char hash_out[PLACET_HASH_TEXT_SIZE]);

/**
 * What a diagnostic code means, why the rule is there, a wrong and a right example and what to do,
 * in both languages: "P0301", "p301" or "301". `*text_out` is freed with placet_free.
 * PLACET_ENOTFOUND, PLACET_ENOMEM.
 */
PLACET_API PLACET_MUST_CHECK int placet_explain(const char *code, enum placet_format format,
                                                char **text_out);

/* ---- computing ---- */

/**
 * What the definition costs an applicant whose case begins on `start_date` ("2016-04-20"):
 * procedures, critical path, dates, visits, cost, documents, and a table of steps
 * (schemas/cli/analyse.schema.json). `*text_out` is freed with placet_free. PLACET_EINVALID for a
 * date that does not exist, PLACET_ENOMEM.
 */
PLACET_API PLACET_MUST_CHECK int
placet_definition_analyse(const struct placet_definition *definition, const char *start_date,
                          enum placet_format format, char **text_out, struct placet_error *err);

/**
 * Working days and days between two moments, by the calendar of the definition and in its zone: the
 * day of the first is excluded, that of the last counts. Negative when the last comes first.
 */
PLACET_API void placet_definition_days(const struct placet_definition *definition, int64_t from_ms,
                                       int64_t to_ms, int64_t *working_days_out,
                                       int64_t *calendar_days_out);

/**
 * The figures of two definitions side by side, with differences, and the steps that only one has or
 * that have other limits (schemas/cli/compare.schema.json). As placet_definition_analyse.
 */
PLACET_API PLACET_MUST_CHECK int
placet_definition_compare(const struct placet_definition *before,
                          const struct placet_definition *after, const char *start_date,
                          enum placet_format format, char **text_out, struct placet_error *err);

/**
 * The last day of a limit that begins on `start_date` (that day is excluded) by the calendar in a
 * file: `{"date", "working_days", "calendar_days", ...}` (schemas/cli/calendar_count.schema.json).
 * `duration` as in definitions: "20 working days", "7wd", "45 days". PLACET_ENOTFOUND or PLACET_EIO
 * for the file, PLACET_EINVALID with the first mistake in `err`, PLACET_ENOMEM.
 */
PLACET_API PLACET_MUST_CHECK int placet_calendar_count(const char *calendar_path,
                                                       const char *start_date, const char *duration,
                                                       enum placet_format format, char **text_out,
                                                       struct placet_error *err);

#endif
