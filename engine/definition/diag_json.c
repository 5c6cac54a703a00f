/* Mistakes for programs. */
#include <stdlib.h>

#include "definition/diag_show.h"
#include "definition/fix.h"
#include "definition/source.h"
#include "value/json.h"
#include "value/writer.h"

#define ONE_JSON_MAX 16384 /* of one diagnostic: six texts, two names and a fix */
#define NAME_SIZE    4096

static void write_file(struct pl_writer *out, const struct pl_bundle *bundle, const char *folder,
                       uint16_t file)
{
    char name[NAME_SIZE];
    struct pl_builder b;

    pl_builder_init(&b, name, sizeof(name));
    pl_show_name(&b, folder, bundle, file);
    pl_write_key_string(out, "file", name);
}

/* Where a mark begins and ends on its line, counted from 0 in code units of UTF-16. */
static void write_utf16(struct pl_writer *out, struct pl_text text, struct pl_mark mark)
{
    const struct pl_text line = pl_source_line(text, mark.line);
    const struct pl_text marked = pl_source_marked(text, mark);
    uint32_t start = 0;
    uint32_t end = 0;

    if (marked.at != NULL) {
        const struct pl_text before = {line.at, (uint32_t)(marked.at - line.at)};
        start = pl_source_utf16(before);
        end = start + pl_source_utf16(marked);
    }
    pl_write_string(out, "utf16");
    pl_write_map(out, 2);
    pl_write_key_u64(out, "start", start);
    pl_write_key_u64(out, "end", end);
}

#define PLACE_KEYS 5
static void write_place(struct pl_writer *out, struct pl_diag_place place,
                        const struct pl_bundle *bundle, const char *folder)
{
    const bool known = bundle != NULL && place.file < bundle->count;

    write_file(out, bundle, folder, place.file);
    pl_write_key_u64(out, "line", place.mark.line);
    pl_write_key_u64(out, "column", place.mark.column);
    pl_write_key_u64(out, "length", place.mark.length);
    write_utf16(out, known ? bundle->files[place.file].text : PL_TEXT(""), place.mark);
}

static void write_both(struct pl_writer *out, const char *en, const char *zh)
{
    pl_write_key_string(out, "message", en);
    pl_write_string(out, "message_zh");
    if (zh[0] != '\0') {
        pl_write_string(out, zh);
    } else {
        pl_write_nil(out);
    }
}

static void write_hint(struct pl_writer *out, const struct pl_diag *diag)
{
    pl_write_key_string(out, "hint", diag->hint);
    pl_write_string(out, "hint_zh");
    if (diag->hint_zh[0] != '\0' || diag->hint[0] == '\0') {
        pl_write_string(out, diag->hint_zh);
    } else {
        pl_write_nil(out);
    }
}

static void write_point(struct pl_writer *out, const char *key, struct pl_text text, uint32_t byte)
{
    const struct pl_mark mark = pl_source_mark(text, byte);
    const struct pl_text line = pl_source_line(text, mark.line);

    pl_write_string(out, key);
    pl_write_map(out, 2);
    pl_write_key_u64(out, "line", mark.line);
    pl_write_key_u64(out, "utf16", pl_source_utf16(pl_source_characters(line, mark.column - 1)));
}

static void write_fix(struct pl_writer *out, const struct pl_diag *diag,
                      const struct pl_bundle *bundle, const char *folder)
{
    struct pl_edit edit = {0};

    pl_write_string(out, "fix");
    if (bundle == NULL || !pl_fix_edit(diag, bundle, &edit)) {
        pl_write_nil(out);
        return;
    }
    const struct pl_text text = bundle->files[edit.file].text;
    pl_write_map(out, 6);
    write_file(out, bundle, folder, edit.file);
    pl_write_key_u64(out, "from", edit.from);
    pl_write_key_u64(out, "to", edit.to);
    write_point(out, "start", text, edit.from);
    write_point(out, "end", text, edit.to);
    pl_write_key_text(out, "text", edit.text);
}

static void write_diag(struct pl_writer *out, const struct pl_diag *diag,
                       const struct pl_bundle *bundle, const char *folder)
{
    char code[PL_DIAG_CODE_SIZE];

    pl_diag_code_format(diag->code, code);
    pl_write_map(out, PLACE_KEYS + 9);
    pl_write_key_string(out, "severity", "error");
    pl_write_key_string(out, "code", code);
    write_place(out, diag->place, bundle, folder);
    write_both(out, diag->message, diag->message_zh);
    write_hint(out, diag);
    pl_write_string(out, "explanation");
    pl_write_map(out, 2);
    pl_write_key_string(out, "zh", pl_diag_explain_zh((unsigned)diag->code));
    pl_write_key_string(out, "en", pl_diag_explain_en((unsigned)diag->code));
    pl_write_string(out, "other");
    if (diag->has_other) {
        pl_write_map(out, PLACE_KEYS + 2);
        write_place(out, diag->other, bundle, folder);
        write_both(out, diag->other_text, diag->other_zh);
    } else {
        pl_write_nil(out);
    }
    write_fix(out, diag, bundle, folder);
}

char *pl_diags_json(const struct pl_diags *diags, const struct pl_bundle *bundle,
                    struct pl_show show)
{
    const size_t size = (size_t)(diags->count + 1) * ONE_JSON_MAX;
    void *memory = malloc(size);
    char *json = NULL;
    struct pl_writer out;

    if (memory == NULL) {
        return NULL;
    }
    pl_writer_init(&out, memory, size);
    pl_write_map(&out, 4);
    pl_write_key_bool(&out, "ok", diags->count == 0);
    pl_write_key_u64(&out, "errors", diags->count + diags->left_out);
    pl_write_key_u64(&out, "left_out", diags->left_out);
    pl_write_string(&out, "diagnostics");
    pl_write_array(&out, diags->count);
    for (uint32_t i = 0; i < diags->count; i++) {
        write_diag(&out, &diags->list[i], bundle, show.folder);
    }
    if (!pl_writer_ok(&out) || pl_json_write(pl_writer_bytes(&out), true, &json) != PLACET_OK) {
        json = NULL;
    }
    free(memory);
    return json;
}
