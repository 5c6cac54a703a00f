/* Bundles from a folder of files, for the tools. The engine itself only gets bytes. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "definition/bundle.h"
#include "definition/files.h"
#include "model/limits.h"
#include "value/mistake.h"
#include "value/yaml.h"

#define PATH_SIZE 4096
#define TREE_SIZE (24u << 20) /* of one YAML file at its worst; untouched pages cost nothing */

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

/* Adds a file of the folder. One that is not there is left out unless it is the workflow. */
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
    const int rc = pl_file_read(path, &text, &size, f->err);
    if (rc != PLACET_OK) {
        return rc == PLACET_ENOTFOUND && number > 0 ? PLACET_OK : rc;
    }
    (void)snprintf(f->names[number], sizeof(f->names[number]), "%s", name);
    f->texts[number] = text;
    f->bundle.files[number] =
        (struct pl_bundle_file){pl_text_of(f->names[number]), {text, (uint32_t)size}};
    f->bundle.count++;
    return PLACET_OK;
}

static int add_named(struct folder *f, const struct pl_yaml *root, const char *key,
                     void (*name_of)(struct pl_text id, char out[PL_BUNDLE_NAME_SIZE]))
{
    const struct pl_yaml *node = pl_yaml_get(root, key);
    char name[PL_BUNDLE_NAME_SIZE];

    /* An id has no `/`: what is read stays in the folders meant for it. */
    if (node == NULL || node->kind != PL_YAML_SCALAR || node->text.len == 0 ||
        node->text.len > PL_ID_MAX || memchr(node->text.at, '/', node->text.len) != NULL) {
        return PLACET_OK;
    }
    name_of(node->text, name);
    return add(f, name);
}

static int add_referred(struct folder *f)
{
    struct pl_arena arena;
    struct pl_yaml *root = NULL;
    void *memory = malloc(TREE_SIZE);

    if (memory == NULL) {
        return refuse(f, PLACET_ENOMEM, "", "out of memory");
    }
    pl_arena_init(&arena, memory, TREE_SIZE);
    int rc = add(f, PL_BUNDLE_DEPARTMENTS);
    if (rc == PLACET_OK) {
        rc = add(f, PL_BUNDLE_DOCUMENTS);
    }
    if (pl_yaml_parse(f->bundle.files[0].text, "", &arena, &root, NULL) == PLACET_OK &&
        root->kind == PL_YAML_MAP) {
        if (rc == PLACET_OK) {
            rc = add_named(f, root, "calendar", pl_bundle_calendar_name);
        }
        if (rc == PLACET_OK) {
            rc = add_named(f, root, "form", pl_bundle_form_name);
        }
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
