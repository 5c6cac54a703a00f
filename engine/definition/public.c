/* The public face for tools: include/placet/definition.h. */
#include <placet/definition.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/time.h"
#include "definition/analyse_show.h"
#include "definition/compare.h"
#include "definition/definition.h"
#include "definition/diag_show.h"
#include "definition/explain.h"
#include "definition/files.h"
#include "definition/fix.h"
#include "definition/load.h"
#include "value/mistake.h"

#define FOLDER_SIZE 4096

struct placet_bundle {
    uint8_t *bytes;
    size_t size;
    char folder[FOLDER_SIZE]; /* put before the names of files in messages */
    bool from_files;          /* read from that folder, which may hold more */
    enum placet_language language;
};

struct placet_definition {
    struct pl_definition *def;
    char id[PL_ID_MAX + 1];
};

void placet_free(char *text)
{
    free(text);
}

static int no_memory(struct placet_error *err)
{
    return pl_mistake(err, PLACET_ENOMEM, (struct pl_place){0}, NULL, "out of memory");
}

/* ---- bundles ---- */

static int make_bundle(uint8_t *bytes, size_t size, struct pl_text folder,
                       struct placet_bundle **bundle_out, struct placet_error *err)
{
    struct placet_bundle *bundle = calloc(1, sizeof(*bundle));
    struct pl_builder b;

    if (bundle == NULL) {
        free(bytes);
        return no_memory(err);
    }
    bundle->bytes = bytes;
    bundle->size = size;
    pl_builder_init(&b, bundle->folder, sizeof(bundle->folder));
    pl_builder_add(&b, folder);
    *bundle_out = bundle;
    return PLACET_OK;
}

int placet_bundle_read(const char *workflow_path, struct placet_bundle **bundle_out,
                       struct placet_error *err)
{
    const char *slash = strrchr(workflow_path, '/');
    const size_t folder_len = slash != NULL ? (size_t)(slash + 1 - workflow_path) : 0;
    uint8_t *bytes = NULL;
    size_t size = 0;

    const int rc = pl_bundle_read_files(workflow_path, &bytes, &size, err);
    if (rc != PLACET_OK) {
        return rc;
    }
    const int made = make_bundle(bytes, size, (struct pl_text){workflow_path, (uint32_t)folder_len},
                                 bundle_out, err);
    if (made == PLACET_OK) {
        (*bundle_out)->from_files = true;
    }
    return made;
}

int placet_bundle_from_bytes(const void *bytes, size_t size, const char *folder,
                             struct placet_bundle **bundle_out, struct placet_error *err)
{
    struct pl_bundle view = {0};

    if (size > UINT32_MAX) {
        return pl_mistake(err, PLACET_EINVALID, (struct pl_place){0}, NULL, "not a bundle");
    }
    const int rc = pl_bundle_parse((struct pl_bytes){bytes, (uint32_t)size}, &view, err);
    if (rc != PLACET_OK) {
        return rc;
    }
    uint8_t *copy = malloc(size);
    if (copy == NULL) {
        return no_memory(err);
    }
    memcpy(copy, bytes, size);
    return make_bundle(copy, size, pl_text_of(folder), bundle_out, err);
}

const void *placet_bundle_bytes(const struct placet_bundle *bundle, size_t *size_out)
{
    *size_out = bundle->size;
    return bundle->bytes;
}

void placet_bundle_speak(struct placet_bundle *bundle, enum placet_language language)
{
    bundle->language = language;
}

/* The bytes are a bundle: they were parsed or written here. */
static struct pl_bundle view_of(const struct placet_bundle *bundle)
{
    struct pl_bundle view = {0};

    (void)pl_bundle_parse((struct pl_bytes){bundle->bytes, (uint32_t)bundle->size}, &view, NULL);
    return view;
}

size_t placet_bundle_count(const struct placet_bundle *bundle)
{
    return view_of(bundle).count;
}

const char *placet_bundle_file(const struct placet_bundle *bundle, size_t index,
                               char path_out[PLACET_PATH_SIZE], size_t *size_out)
{
    const struct pl_bundle view = view_of(bundle);
    struct pl_builder b;

    if (index >= view.count) {
        return NULL;
    }
    pl_builder_init(&b, path_out, PLACET_PATH_SIZE);
    pl_builder_add(&b, pl_text_of(bundle->folder));
    pl_builder_add(&b, view.files[index].name);
    *size_out = view.files[index].text.len;
    return view.files[index].text.at;
}

void placet_bundle_free(struct placet_bundle **bundle)
{
    if (bundle == NULL || *bundle == NULL) {
        return;
    }
    free((*bundle)->bytes);
    free(*bundle);
    *bundle = NULL;
}

/* ---- checking ---- */

static char *show_diags(const struct pl_diags *diags, const struct pl_bundle *files,
                        const struct placet_bundle *bundle, enum placet_format format)
{
    static const enum pl_show_language languages[] = {
        [PLACET_BOTH] = PL_SHOW_BOTH,
        [PLACET_CHINESE] = PL_SHOW_ZH,
        [PLACET_ENGLISH] = PL_SHOW_EN,
    };
    const struct pl_show show = {bundle->folder, format == PLACET_TEXT_COLOUR,
                                 languages[bundle->language]};

    return format == PLACET_JSON ? pl_diags_json(diags, files, show)
                                 : pl_diags_text(diags, files, show);
}

int placet_bundle_check(const struct placet_bundle *bundle, enum placet_format format,
                        struct placet_definition **definition_out, char **report_out)
{
    const struct pl_bytes bytes = {bundle->bytes, (uint32_t)bundle->size};
    struct placet_definition *definition = calloc(1, sizeof(*definition));
    struct pl_diags *diags = pl_diags_new();
    struct pl_bundle files = {0};
    struct pl_builder b;
    int rc = PLACET_ENOMEM;

    *report_out = NULL;
    if (definition != NULL && diags != NULL) {
        rc = pl_definition_load(bytes, diags, &definition->def, NULL);
        (void)pl_bundle_parse(bytes, &files, NULL);
        *report_out = show_diags(diags, &files, bundle, format);
    }
    if (rc == PLACET_OK && *report_out == NULL) {
        pl_definition_free(definition->def);
        rc = PLACET_ENOMEM;
    }
    free(diags);
    if (rc != PLACET_OK) {
        free(definition);
        return rc;
    }
    pl_builder_init(&b, definition->id, sizeof(definition->id));
    pl_builder_add(&b, definition->def->workflow);
    *definition_out = definition;
    return PLACET_OK;
}

void placet_definition_free(struct placet_definition **definition)
{
    if (definition == NULL || *definition == NULL) {
        return;
    }
    pl_definition_free((*definition)->def);
    free(*definition);
    *definition = NULL;
}

int placet_bundle_mend(const struct placet_bundle *bundle, struct placet_bundle **mended_out,
                       size_t *edits_out, struct placet_error *err)
{
    const struct pl_bytes bytes = {bundle->bytes, (uint32_t)bundle->size};
    uint8_t *mended = NULL;
    size_t size = 0;
    uint32_t edits = 0;

    int rc = pl_fix_bundle(bytes, bundle->from_files ? bundle->folder : NULL, &mended, &size,
                           &edits, err);
    if (rc == PLACET_OK && edits > 0) {
        rc = make_bundle(mended, size, pl_text_of(bundle->folder), mended_out, err);
    }
    if (rc == PLACET_OK && edits > 0) {
        (*mended_out)->language = bundle->language;
        (*mended_out)->from_files = bundle->from_files;
    }
    *edits_out = rc == PLACET_OK ? edits : 0;
    return rc;
}

const char *placet_definition_id(const struct placet_definition *definition)
{
    return definition->id;
}

void placet_definition_hash(const struct placet_definition *definition,
                            char hash_out[PLACET_HASH_TEXT_SIZE])
{
    for (unsigned i = 0; i < PL_DIGEST_SIZE; i++) {
        (void)snprintf(hash_out + (size_t)2 * i, 3, "%02x", definition->def->hash.at[i]);
    }
}

/* ---- explaining ---- */

static unsigned code_of(const char *code)
{
    unsigned number = 0;

    if (*code == 'P' || *code == 'p') {
        code++;
    }
    for (; *code >= '0' && *code <= '9' && number < 100000; code++) {
        number = number * 10 + (unsigned)(*code - '0');
    }
    return *code == '\0' ? number : 0;
}

int placet_explain(const char *code, enum placet_format format, char **text_out)
{
    static const enum pl_explain_form forms[] = {
        [PLACET_TEXT] = PL_EXPLAIN_TEXT,
        [PLACET_TEXT_COLOUR] = PL_EXPLAIN_COLOUR,
        [PLACET_JSON] = PL_EXPLAIN_JSON,
        [PLACET_MARKDOWN] = PL_EXPLAIN_MARKDOWN,
    };
    const unsigned number = code_of(code);

    if (pl_diag_explain_zh(number) == NULL) {
        return PLACET_ENOTFOUND;
    }
    char *text = pl_explain(number, forms[format]);
    if (text == NULL) {
        return PLACET_ENOMEM;
    }
    *text_out = text;
    return PLACET_OK;
}

/* ---- computing ---- */

static int parse_day(const char *date, int32_t *day_out, struct placet_error *err)
{
    struct pl_date parsed;

    if (!pl_date_parse(pl_text_of(date), &parsed)) {
        return pl_mistake(err, PLACET_EINVALID, (struct pl_place){0},
                          "Write year, month and day, such as 2016-04-20.",
                          "there is no day \"%s\"", date);
    }
    *day_out = pl_day_of_date(parsed);
    return PLACET_OK;
}

void placet_definition_days(const struct placet_definition *definition, int64_t from_ms,
                            int64_t to_ms, int64_t *working_days_out, int64_t *calendar_days_out)
{
    const struct pl_calendar *calendar = &definition->def->calendar;
    const int32_t from_day = pl_day_of_ms(from_ms, calendar->zone_minutes);
    const int32_t to_day = pl_day_of_ms(to_ms, calendar->zone_minutes);

    *working_days_out = pl_calendar_working_days(calendar, from_day, to_day);
    *calendar_days_out = (int64_t)to_day - from_day;
}

int placet_definition_analyse(const struct placet_definition *definition, const char *start_date,
                              enum placet_format format, char **text_out, struct placet_error *err)
{
    struct pl_analysis a;
    int32_t day = 0;

    const int rc = parse_day(start_date, &day, err);
    if (rc != PLACET_OK) {
        return rc;
    }
    pl_definition_analyse(definition->def, day, &a);
    char *text = format == PLACET_JSON
                     ? pl_analysis_json(definition->def, &a)
                     : pl_analysis_text(definition->def, &a, format == PLACET_TEXT_COLOUR);
    if (text == NULL) {
        return no_memory(err);
    }
    *text_out = text;
    return PLACET_OK;
}

int placet_definition_compare(const struct placet_definition *before,
                              const struct placet_definition *after, const char *start_date,
                              enum placet_format format, char **text_out, struct placet_error *err)
{
    struct pl_comparison *c = malloc(sizeof(*c));
    char *text = NULL;
    int32_t day = 0;

    if (c == NULL) {
        return no_memory(err);
    }
    const int rc = parse_day(start_date, &day, err);
    if (rc == PLACET_OK) {
        pl_definition_compare(before->def, after->def, day, c);
        text = format == PLACET_JSON ? pl_comparison_json(c)
                                     : pl_comparison_text(c, format == PLACET_TEXT_COLOUR);
    }
    free(c);
    if (rc != PLACET_OK) {
        return rc;
    }
    if (text == NULL) {
        return no_memory(err);
    }
    *text_out = text;
    return PLACET_OK;
}
