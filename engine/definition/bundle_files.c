/* Bundles from a folder of files, for the tools. The engine itself only gets bytes. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "definition/bundle.h"
#include "definition/files.h"
#include "model/limits.h"
#include "value/json.h"
#include "value/mistake.h"
#include "value/yaml.h"

#define PATH_SIZE    4096
#define RESULTS_SIZE 32768       /* of the results of a child: 32 ids and titles at their longest */
#define TREE_SIZE    (24u << 20) /* of one YAML file at its worst; untouched pages cost nothing */

/* The files being collected, with memory of their own. */
struct folder {
    char path[PATH_SIZE]; /* of the workflow's folder, with `/` at the end, or "" */
    struct pl_bundle bundle;
    char names[PL_BUNDLE_FILES_MAX][PL_BUNDLE_NAME_SIZE];
    char *texts[PL_BUNDLE_FILES_MAX];
    struct placet_error *err;
};

static int refuse(struct folder *f, enum placet_status status, const char *path, const char *what)
{
    const struct pl_place place = {.file = path};
    return pl_mistake(f->err, status, place, NULL, "%s", what);
}

/* Takes over the text. */
static void keep(struct folder *f, const char *name, char *text, size_t size)
{
    const uint32_t number = f->bundle.count++;

    (void)snprintf(f->names[number], sizeof(f->names[number]), "%s", name);
    f->texts[number] = text;
    f->bundle.files[number] =
        (struct pl_bundle_file){pl_text_of(f->names[number]), {text, (uint32_t)size}};
}

/* Adds a file of the folder, or of the one above, where folders of workflows share their
 * catalogues. One that is not there is left out unless it is the workflow. */
static int add(struct folder *f, const char *name)
{
    const uint32_t number = f->bundle.count;
    char path[PATH_SIZE + PL_BUNDLE_NAME_SIZE];
    size_t size = 0;
    char *text = NULL;

    if (number == PL_BUNDLE_FILES_MAX || pl_bundle_find(&f->bundle, name) >= 0) {
        return PLACET_OK;
    }
    (void)snprintf(path, sizeof(path), "%s%s", f->path, name);
    int rc = pl_file_read(path, &text, &size, f->err);
    if (rc == PLACET_ENOTFOUND && number > 0) {
        (void)snprintf(path, sizeof(path), "%s../%s", f->path, name);
        rc = pl_file_read(path, &text, &size, f->err);
    }
    if (rc != PLACET_OK) {
        return rc == PLACET_ENOTFOUND && number > 0 ? PLACET_OK : rc;
    }
    keep(f, name, text, size);
    return PLACET_OK;
}

/* An id has no `/`: what is read stays in the folders meant for it. */
static bool is_name(const struct pl_yaml *node)
{
    return node != NULL && node->kind == PL_YAML_SCALAR && node->text.len > 0 &&
           node->text.len <= PL_ID_MAX && memchr(node->text.at, '/', node->text.len) == NULL;
}

static int add_named(struct folder *f, const struct pl_yaml *node,
                     void (*name_of)(struct pl_text id, char out[PL_BUNDLE_NAME_SIZE]))
{
    char name[PL_BUNDLE_NAME_SIZE];

    if (!is_name(node)) {
        return PLACET_OK;
    }
    name_of(node->text, name);
    return add(f, name);
}

/* ---- the results of a child ---- */

static void put_title(struct pl_writer *out, const struct pl_yaml *result, const char *key)
{
    const struct pl_yaml *node = pl_yaml_get(result, key);

    pl_write_key_text(out, key,
                      node != NULL && node->kind == PL_YAML_SCALAR ? node->text : PL_TEXT(""));
}

/* `{id: {zh, en}}` as JSON, freed by the caller; NULL when the workflow has no `finish`. */
static char *results_json(const struct pl_yaml *workflow)
{
    const struct pl_yaml *finish =
        workflow->kind == PL_YAML_MAP ? pl_yaml_get(workflow, "finish") : NULL;
    char *json = NULL;
    struct pl_writer out;

    if (finish == NULL || finish->kind != PL_YAML_MAP || finish->count > PL_RESULTS_MAX) {
        return NULL;
    }
    void *memory = malloc(RESULTS_SIZE);
    pl_writer_init(&out, memory, memory != NULL ? RESULTS_SIZE : 0);
    pl_write_map(&out, finish->count);
    for (const struct pl_yaml *entry = finish->first; entry != NULL; entry = entry->next) {
        pl_write_text(&out, entry->key);
        pl_write_map(&out, 2);
        put_title(&out, entry, "zh");
        put_title(&out, entry, "en");
    }
    if (!pl_writer_ok(&out) || pl_json_write(pl_writer_bytes(&out), false, &json) != PLACET_OK) {
        json = NULL;
    }
    free(memory);
    return json;
}

/* A child that is not there, or is no workflow, is left out: loading says so at its name. */
static void add_child(struct folder *f, const struct pl_yaml *node, struct pl_arena *trees)
{
    char name[PL_BUNDLE_NAME_SIZE];
    char path[PATH_SIZE + PL_BUNDLE_NAME_SIZE];
    struct pl_yaml *root = NULL;
    char *text = NULL;
    char *json = NULL;
    size_t size = 0;

    if (!is_name(node)) {
        return;
    }
    pl_bundle_results_name(node->text, name);
    (void)snprintf(path, sizeof(path), "%s%.*s.yaml", f->path, (int)node->text.len, node->text.at);
    if (f->bundle.count == PL_BUNDLE_FILES_MAX || pl_bundle_find(&f->bundle, name) >= 0 ||
        pl_file_read(path, &text, &size, NULL) != PLACET_OK) {
        return;
    }
    pl_arena_reset(trees);
    if (pl_yaml_parse((struct pl_text){text, (uint32_t)size}, "", trees, &root, NULL) ==
        PLACET_OK) {
        json = results_json(root);
    }
    free(text);
    if (json != NULL) {
        keep(f, name, json, strlen(json));
    }
}

/* ---- what the workflow names ---- */

static int add_of_step(struct folder *f, const struct pl_yaml *step, struct pl_arena *trees)
{
    const struct pl_yaml *run = pl_yaml_get(step, "run");

    if (run != NULL && run->kind == PL_YAML_MAP) {
        run = pl_yaml_get(run, "workflow");
    }
    if (run != NULL) {
        add_child(f, run, trees);
    }
    return add_named(f, pl_yaml_get(step, "answer"), pl_bundle_answer_name);
}

static int add_of_workflow(struct folder *f, const struct pl_yaml *root, struct pl_arena *trees)
{
    const struct pl_yaml *tables = pl_yaml_get(root, "tables");
    const struct pl_yaml *steps = pl_yaml_get(root, "steps");
    int rc = add_named(f, pl_yaml_get(root, "calendar"), pl_bundle_calendar_name);

    if (rc == PLACET_OK) {
        rc = add_named(f, pl_yaml_get(root, "form"), pl_bundle_form_name);
    }
    if (rc == PLACET_OK) {
        rc = add_named(f, tables, pl_bundle_table_name);
    }
    for (const struct pl_yaml *table = tables != NULL ? tables->first : NULL;
         table != NULL && rc == PLACET_OK; table = table->next) {
        rc = add_named(f, table, pl_bundle_table_name);
    }
    for (const struct pl_yaml *step = steps != NULL ? steps->first : NULL;
         step != NULL && rc == PLACET_OK; step = step->next) {
        rc = add_of_step(f, step, trees);
    }
    return rc;
}

static int add_referred(struct folder *f)
{
    struct pl_arena arena;
    struct pl_arena trees;
    struct pl_yaml *root = NULL;
    unsigned char *memory = malloc(2 * (size_t)TREE_SIZE);

    if (memory == NULL) {
        return refuse(f, PLACET_ENOMEM, "", "out of memory");
    }
    pl_arena_init(&arena, memory, TREE_SIZE);
    pl_arena_init(&trees, memory + TREE_SIZE, TREE_SIZE);
    int rc = add(f, PL_BUNDLE_DEPARTMENTS);
    if (rc == PLACET_OK) {
        rc = add(f, PL_BUNDLE_DOCUMENTS);
    }
    if (rc == PLACET_OK &&
        pl_yaml_parse(f->bundle.files[0].text, "", &arena, &root, NULL) == PLACET_OK &&
        root->kind == PL_YAML_MAP) {
        rc = add_of_workflow(f, root, &trees);
    }
    free(memory);
    return rc;
}

int pl_bundle_read_files(const char *workflow_path, uint8_t **bytes_out, size_t *size_out,
                         struct placet_error *err)
{
    const char *slash = strrchr(workflow_path, '/');
    const char *name = slash != NULL ? slash + 1 : workflow_path;
    const size_t folder_len = (size_t)(name - workflow_path);
    struct folder *f = calloc(1, sizeof(*f));

    if (f == NULL) {
        return pl_mistake(err, PLACET_ENOMEM, (struct pl_place){0}, NULL, "out of memory");
    }
    f->err = err;
    int rc = PLACET_OK;
    if (folder_len >= PATH_SIZE || strlen(name) >= PL_BUNDLE_NAME_SIZE) {
        rc = refuse(f, PLACET_ELIMIT, workflow_path, "the path is too long");
    } else {
        memcpy(f->path, workflow_path, folder_len);
        rc = add(f, name);
    }
    if (rc == PLACET_OK) {
        rc = add_referred(f);
    }
    if (rc == PLACET_OK) {
        rc = pl_bundle_write(&f->bundle, bytes_out, size_out, err);
    }
    for (uint32_t i = 0; i < f->bundle.count; i++) {
        free(f->texts[i]);
    }
    free(f);
    return rc;
}

int pl_bundle_read_more(struct pl_bytes bundle, const char *folder, uint8_t **bytes_out,
                        size_t *size_out, struct placet_error *err)
{
    struct folder *f = calloc(1, sizeof(*f));

    if (f == NULL) {
        return pl_mistake(err, PLACET_ENOMEM, (struct pl_place){0}, NULL, "out of memory");
    }
    f->err = err;
    (void)snprintf(f->path, sizeof(f->path), "%s", folder);
    int rc = pl_bundle_parse(bundle, &f->bundle, err);
    const uint32_t known = f->bundle.count; /* their texts belong to the bytes */
    if (rc == PLACET_OK) {
        rc = add_referred(f);
    }
    if (rc == PLACET_OK) {
        rc = pl_bundle_write(&f->bundle, bytes_out, size_out, err);
    }
    for (uint32_t i = known; i < f->bundle.count; i++) {
        free(f->texts[i]);
    }
    free(f);
    return rc;
}
