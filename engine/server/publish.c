/* PUBLISH: a definition and the files that it refers to, all or none; or a newer calendar alone. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "definition/definition.h"
#include "server/handlers.h"
#include "server/session.h"
#include "server/turn.h"

#define DIAGNOSTIC_SIZE (6u * PL_DIAG_TEXT_MAX + 512u)
#define ANSWERED_MAX    32 /* diagnostics in one answer; the rest is counted */

static struct pl_text file_name(const struct pl_bundle *bundle, uint16_t file)
{
    return file < bundle->count ? bundle->files[file].name : (struct pl_text){0};
}

static void write_place(struct pl_writer *out, const struct pl_bundle *bundle,
                        struct pl_diag_place place)
{
    pl_write_key_text(out, "file", file_name(bundle, place.file));
    pl_write_key_u64(out, "line", place.mark.line);
    pl_write_key_u64(out, "column", place.mark.column);
}

/* A sentence in English, and beside it in Chinese under `<key>_zh`: "" where it is not known. */
static void write_both(struct pl_writer *out, const char *key, const char *en, const char *zh)
{
    char key_zh[16];

    (void)snprintf(key_zh, sizeof key_zh, "%s_zh", key);
    pl_write_key_string(out, key, en);
    pl_write_key_string(out, key_zh, zh);
}

static void write_diagnostic(struct pl_writer *out, const struct pl_bundle *bundle,
                             const struct pl_diag *diag)
{
    char code[PL_DIAG_CODE_SIZE];

    pl_diag_code_format(diag->code, code);
    pl_write_map(out, diag->has_other ? 9 : 8);
    pl_write_key_string(out, "code", code);
    write_place(out, bundle, diag->place);
    write_both(out, "message", diag->message, diag->message_zh);
    write_both(out, "hint", diag->hint, diag->hint_zh);
    if (diag->has_other) {
        pl_write_string(out, "other");
        pl_write_map(out, 5);
        write_place(out, bundle, diag->other);
        write_both(out, "message", diag->other_text, diag->other_zh);
    }
}

static int answer_diagnostics(struct pl_request *r, const struct pl_bundle *bundle,
                              const struct pl_diags *diags)
{
    const uint32_t listed = diags->count < ANSWERED_MAX ? diags->count : ANSWERED_MAX;
    const uint32_t size = 128 + listed * DIAGNOSTIC_SIZE;
    uint8_t *memory = pl_arena_alloc(&r->server->arena, size);
    struct pl_writer detail;

    if (memory == NULL) {
        return pl_answer_exhausted(r);
    }
    pl_writer_init(&detail, memory, size);
    pl_write_map(&detail, 2);
    pl_write_key_u64(&detail, "left_out", diags->count - listed + diags->left_out);
    pl_write_string(&detail, "diagnostics");
    pl_write_array(&detail, listed);
    for (uint32_t i = 0; i < listed; i++) {
        write_diagnostic(&detail, bundle, &diags->list[i]);
    }
    return pl_answer_error(r, PLACET_CODE_DEFINITION_INVALID, NULL, 0, pl_writer_bytes(&detail));
}

struct published {
    bool dry_run;
    bool unchanged;
    uint32_t number;
    uint32_t revision;
};

static int answer_published(struct pl_request *r, const struct pl_definition *def,
                            const struct published *p)
{
    struct pl_writer body;
    char hash[2 * PL_DIGEST_SIZE + 1];
    struct pl_builder b;

    pl_builder_init(&b, hash, sizeof hash);
    for (unsigned i = 0; i < PL_DIGEST_SIZE; i++) {
        pl_builder_addf(&b, "%02x", def->hash.at[i]);
    }
    if (pl_answer_open(r, &body, 1024) == NULL) {
        return PLACET_OK;
    }
    pl_write_map(&body, 9);
    pl_write_key_u64(&body, "partition", 0);
    pl_write_key_u64(&body, "sequence", pl_turn_next_seq(r->server) - 1);
    pl_write_key_text(&body, "workflow", def->workflow);
    pl_write_key_u64(&body, "revision", p->revision);
    pl_write_key_u64(&body, "number", p->number);
    pl_write_key_u64(&body, "steps", def->step_count);
    pl_write_key_bool(&body, "unchanged", p->unchanged);
    pl_write_key_bool(&body, "dry_run", p->dry_run);
    pl_write_key_string(&body, "hash", hash);
    return pl_answer_send(r, 0, &body);
}

/* A definition that comes with a newer calendar amends it for those that have an older one. */
static int amend_others(struct pl_request *r, const struct pl_definition *def,
                        const struct pl_bundle *bundle)
{
    struct pl_server *s = r->server;
    const struct pl_text id = pl_text_of(def->calendar.id);
    char name[PL_BUNDLE_NAME_SIZE];

    pl_bundle_calendar_name(id, name);
    const int file = pl_bundle_find(bundle, name);
    if (file < 0 || def->calendar.version <= pl_calendars_newest(&s->state, id) ||
        pl_calendars_count(&s->state, &def->calendar) == 0) {
        return PLACET_OK;
    }
    return pl_turn_amend(s, &def->calendar, bundle->files[file].text,
                         pl_text_of(r->session->principal));
}

static int publish(struct pl_request *r, struct pl_definition *def, const struct pl_bundle *bundle,
                   struct pl_bytes files, bool dry_run)
{
    struct pl_server *s = r->server;
    struct published p = {.dry_run = dry_run};

    if (dry_run) {
        const int rc = answer_published(r, def, &p);
        pl_definition_free(def);
        return rc;
    }
    int rc =
        pl_turn_publish(s, def, files, pl_text_of(r->session->principal), &p.unchanged, &p.number);
    if (rc != PLACET_OK) {
        if (pl_state_definition_number(&s->state, s->state.revision_count) != def) {
            pl_definition_free(def);
        }
        return rc;
    }
    /* From here the state owns the definition, or has an equal one. */
    const struct pl_definition *known = pl_state_definition_number(&s->state, p.number);
    p.revision = known->revision;
    rc = p.unchanged ? PLACET_OK : amend_others(r, known, bundle);
    if (rc < 0) {
        return rc == PLACET_ELIMIT ? PLACET_ENOMEM : rc; /* the definition cannot be taken back */
    }
    return answer_published(r, known, &p);
}

/* ---- a calendar alone ---- */

static int answer_amended(struct pl_request *r, const struct pl_calendar *calendar,
                          uint32_t definitions, bool unchanged, bool dry_run)
{
    struct pl_writer body;

    if (pl_answer_open(r, &body, 256) == NULL) {
        return PLACET_OK;
    }
    pl_write_map(&body, 7);
    pl_write_key_u64(&body, "partition", 0);
    pl_write_key_u64(&body, "sequence", pl_turn_next_seq(r->server) - 1);
    pl_write_key_string(&body, "calendar", calendar->id);
    pl_write_key_u64(&body, "version", calendar->version);
    pl_write_key_u64(&body, "definitions", definitions);
    pl_write_key_bool(&body, "unchanged", unchanged);
    pl_write_key_bool(&body, "dry_run", dry_run);
    return pl_answer_send(r, 0, &body);
}

static bool is_used(const struct pl_state *state, const struct pl_calendar *calendar)
{
    for (uint32_t i = 0; i < state->revision_count; i++) {
        if (strcmp(state->revisions[i].def->calendar.id, calendar->id) == 0) {
            return true;
        }
    }
    return false;
}

static int amend(struct pl_request *r, const struct pl_calendar *calendar, struct pl_text file,
                 bool dry_run)
{
    struct pl_server *s = r->server;
    const uint32_t newest = pl_calendars_newest(&s->state, pl_text_of(calendar->id));
    const uint32_t definitions = pl_calendars_count(&s->state, calendar);

    if (!is_used(&s->state, calendar)) {
        return pl_answer_error(r, PLACET_CODE_NOT_FOUND, "no published workflow has this calendar",
                               0, (struct pl_bytes){0});
    }
    if (calendar->version < newest) {
        return pl_answer_error(r, PLACET_CODE_CONFLICT,
                               "a newer version of this calendar is in force: raise `version`", 0,
                               (struct pl_bytes){0});
    }
    const bool unchanged = calendar->version == newest || definitions == 0;
    if (!unchanged && !dry_run) {
        const int rc = pl_turn_amend(s, calendar, file, pl_text_of(r->session->principal));
        if (rc < 0) {
            return rc;
        }
    }
    return answer_amended(r, calendar, definitions, unchanged, dry_run);
}

static int amend_by_file(struct pl_request *r, const struct pl_bundle *bundle, bool dry_run)
{
    struct pl_diags *diags = pl_diags_new();
    struct pl_calendar *calendar = malloc(sizeof *calendar);
    char name[PL_BUNDLE_NAME_SIZE];
    int rc = PLACET_ENOMEM;

    (void)snprintf(name, sizeof name, "%.*s", (int)bundle->files[0].name.len,
                   bundle->files[0].name.at);
    if (diags != NULL && calendar != NULL) {
        rc = pl_calendar_load(bundle->files[0].text, name, diags, calendar);
    }
    if (rc == PLACET_OK) {
        rc = amend(r, calendar, bundle->files[0].text, dry_run);
    } else if (rc == PLACET_EINVALID) {
        rc = answer_diagnostics(r, bundle, diags);
    } else {
        rc = pl_answer_exhausted(r);
    }
    free(calendar);
    free(diags);
    return rc;
}

static bool is_calendar(const struct pl_bundle *bundle)
{
    static const char folder[] = "calendars/";

    return bundle->count == 1 && bundle->files[0].name.len > sizeof folder - 1 &&
           memcmp(bundle->files[0].name.at, folder, sizeof folder - 1) == 0;
}

int pl_handle_publish(struct pl_request *r)
{
    const struct pl_bytes files = pl_request_array(r, "files", PL_REQUIRED);
    const bool dry_run = pl_request_bool(r, "dry_run", false);
    struct pl_bundle bundle;
    struct placet_error err = {0};
    struct pl_definition *def = NULL;

    if (!pl_request_bad(r) && pl_bundle_parse(files, &bundle, &err) != PLACET_OK) {
        pl_request_mistake(r, "files", "must be an array of [name, text], the workflow first");
    }
    if (pl_request_bad(r)) {
        return pl_answer_mistake(r);
    }
    if (is_calendar(&bundle)) {
        return amend_by_file(r, &bundle, dry_run);
    }
    struct pl_diags *diags = pl_diags_new();
    if (diags == NULL) {
        return pl_answer_exhausted(r);
    }
    int rc = pl_definition_load(files, diags, &def, &err);
    if (rc == PLACET_OK) {
        rc = publish(r, def, &bundle, files, dry_run);
    } else if (rc == PLACET_EINVALID) {
        rc = answer_diagnostics(r, &bundle, diags);
    } else {
        rc = pl_answer_exhausted(r);
    }
    free(diags);
    return rc;
}
