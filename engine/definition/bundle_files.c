/* Bundles from a folder of files, for the tools. The engine itself only gets bytes. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "definition/bundle.h"
#include "model/limits.h"
#include "value/mistake.h"
#include "value/yaml.h"

#define PATH_SIZE     4096
#define TREE_SIZE     (24u << 20) /* of one YAML file at its worst; untouched pages cost nothing */
#define FILE_SIZE_MAX PL_PUBLISH_BODY_MAX

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

/* The whole file, or NULL with `*rc_out`. */
static char *read_all(struct folder *f, const char *path, size_t *size_out, int *rc_out)
{
    FILE *file = fopen(path, "rb");
    size_t size = 0;
    size_t room = 64 * 1024;
    char *text = malloc(room);

    *rc_out = PLACET_OK;
    if (file == NULL) {
        *rc_out = refuse(f, errno == ENOENT ? PLACET_ENOTFOUND : PLACET_EIO, path, strerror(errno));
    }
    while (*rc_out == PLACET_OK && text != NULL) {
        size += fread(text + size, 1, room - size, file);
        if (ferror(file) != 0) {
            *rc_out = refuse(f, PLACET_EIO, path, "the file cannot be read");
        } else if (size < room) {
            break;
        } else if (room > FILE_SIZE_MAX) {
            *rc_out = refuse(f, PLACET_ELIMIT, path, "the file is larger than 4 MiB");
        } else {
            char *more = realloc(text, room * 2);
            if (more == NULL) {
                free(text);
            }
            text = more;
            room *= 2;
        }
    }
    if (text == NULL) {
        *rc_out = refuse(f, PLACET_ENOMEM, path, "out of memory");
    }
    if (file != NULL) {
        (void)fclose(file);
    }
    if (*rc_out != PLACET_OK) {
        free(text);
        return NULL;
    }
    *size_out = size;
    return text;
}

/* Adds a file of the folder. One that is not there is left out unless it is the workflow. */
static int add(struct folder *f, const char *name)
{
    const uint32_t number = f->bundle.count;
    char path[PATH_SIZE + PL_BUNDLE_NAME_SIZE];
    size_t size = 0;
    int rc = PLACET_OK;

    if (number == PL_BUNDLE_FILES_MAX || pl_bundle_find(&f->bundle, name) >= 0) {
        return PLACET_OK;
    }
    (void)snprintf(path, sizeof(path), "%s%s", f->path, name);
    char *text = read_all(f, path, &size, &rc);
    if (text == NULL) {
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
