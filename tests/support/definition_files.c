#include "support/definition_files.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "definition/files.h"

static const char *const names[DEFINITION_FILES] = {"permit.yaml", "departments.yaml",
                                                    "documents.yaml", "calendars/cn.yaml",
                                                    "../schemas/forms/permit.schema.json"};
static const char *const paths[DEFINITION_FILES] = {"permit.yaml", "departments.yaml",
                                                    "documents.yaml", "calendars/cn.yaml",
                                                    "forms/permit.schema.json"};

void definition_files_read(struct definition_files *files)
{
    *files = (struct definition_files){.bundle = {.count = DEFINITION_FILES}};
    for (uint32_t i = 0; i < DEFINITION_FILES; i++) {
        char path[1024];
        size_t size = 0;
        (void)snprintf(path, sizeof(path), "%s/tests/broken/good/%s", PLACET_SOURCE_DIR, paths[i]);
        assert_int_equal(pl_file_read(path, &files->texts[i], &size, NULL), PLACET_OK);
        files->bundle.files[i] =
            (struct pl_bundle_file){pl_text_of(names[i]), {files->texts[i], (uint32_t)size}};
    }
    files->diags = pl_diags_new();
    assert_non_null(files->diags);
}

void definition_files_free(struct definition_files *files)
{
    for (uint32_t i = 0; i < files->bundle.count; i++) {
        free(files->texts[i]);
    }
    free(files->diags);
}

void definition_files_put(struct definition_files *files, const char *name, const char *text,
                          size_t size)
{
    const int at = pl_bundle_find(&files->bundle, name);

    assert_true(at >= 0);
    char *copy = malloc(size + 1);
    assert_non_null(copy);
    memcpy(copy, text, size);
    copy[size] = '\0';
    free(files->texts[at]);
    files->texts[at] = copy;
    files->bundle.files[at].text = (struct pl_text){copy, (uint32_t)size};
}

void definition_files_add(struct definition_files *files, const char *name, const char *text)
{
    const uint32_t at = files->bundle.count++;

    assert_true(at < DEFINITION_FILES_MAX);
    files->bundle.files[at].name = pl_text_of(name);
    definition_files_put(files, name, text, strlen(text));
}

void definition_files_edit(struct definition_files *files, const char *name, const char *old,
                           const char *changed)
{
    const int at = pl_bundle_find(&files->bundle, name);

    assert_true(at >= 0);
    const struct pl_text text = files->bundle.files[at].text;
    const char *place = memmem(text.at, text.len, old, strlen(old));
    if (text.at == NULL || place == NULL) {
        fail_msg("%s has no \"%s\"", name, old);
        return;
    }
    const size_t before = (size_t)(place - text.at);
    const size_t size = text.len - strlen(old) + strlen(changed);
    char *made = malloc(size + 1);
    assert_non_null(made);
    memcpy(made, text.at, before);
    memcpy(made + before, changed, strlen(changed));
    memcpy(made + before + strlen(changed), place + strlen(old), text.len - before - strlen(old));
    definition_files_put(files, name, made, size);
    free(made);
}

int definition_files_load(struct definition_files *files, struct pl_definition **def_out)
{
    uint8_t *bytes = NULL;
    size_t size = 0;

    assert_int_equal(pl_bundle_write(&files->bundle, &bytes, &size, NULL), PLACET_OK);
    const int rc =
        pl_definition_load((struct pl_bytes){bytes, (uint32_t)size}, files->diags, def_out, NULL);
    memset(bytes, 0xA5, size);
    free(bytes);
    return rc;
}

struct pl_definition *definition_files_good(struct definition_files *files)
{
    struct pl_definition *def = NULL;

    if (definition_files_load(files, &def) != PLACET_OK) {
        fail_msg("refused: %s", files->diags->list[0].message);
    }
    return def;
}

struct pl_definition *definition_files_with(const char *old, const char *changed)
{
    struct definition_files files;

    definition_files_read(&files);
    definition_files_edit(&files, "permit.yaml", old, changed);
    struct pl_definition *def = definition_files_good(&files);
    definition_files_free(&files);
    return def;
}

void definition_expect_text(struct pl_text text, const char *wanted)
{
    if (!pl_text_is(text, wanted)) {
        fail_msg("\"%.*s\" instead of \"%s\"", (int)text.len, text.at, wanted);
    }
}

void definition_expect_span(struct pl_span span, uint32_t count, enum pl_unit unit)
{
    assert_int_equal(span.count, count);
    assert_int_equal(span.unit, unit);
}
