/* The public face for tools: include/placet/rehearsal.h. */
#include <placet/rehearsal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "definition/files.h"
#include "rehearsal/company.h"
#include "rehearsal/ending.h"
#include "rehearsal/play.h"
#include "rehearsal/report.h"
#include "value/mistake.h"

#define ANSWERS_SIZE (16u << 20) /* of answers as data; untouched pages cost nothing */
#define PATH_SIZE    4096

struct placet_rehearsal {
    struct pl_company_files files;
    struct pl_answers answers;
    struct pl_arena arena; /* of the answers */
    struct pl_play *play;
    void *memory;
    void *ending;
    uint8_t *event; /* where events are written */
    size_t event_size;
    char path[PATH_SIZE]; /* of the answers, for messages */
    bool has_answers;
};

static int no_memory(struct placet_error *err)
{
    return pl_mistake(err, PLACET_ENOMEM, (struct pl_place){0}, NULL, "out of memory");
}

int placet_rehearsal_open(const char *workflow_path, enum placet_format format,
                          enum placet_language language, struct placet_rehearsal **rehearsal_out,
                          char **report_out, struct placet_error *err)
{
    struct placet_rehearsal *r = calloc(1, sizeof(*r));

    *report_out = NULL;
    if (r == NULL) {
        return no_memory(err);
    }
    r->play = pl_play_new();
    r->memory = malloc(ANSWERS_SIZE);
    r->ending = malloc(PL_ENDING_SIZE);
    if (r->play == NULL || r->memory == NULL || r->ending == NULL) {
        placet_rehearsal_close(&r);
        return no_memory(err);
    }
    pl_arena_init(&r->arena, r->memory, ANSWERS_SIZE);
    const int rc = pl_company_read(workflow_path, format, language, &r->files, report_out, err);
    if (rc < 0) {
        placet_rehearsal_close(&r);
        return rc;
    }
    *rehearsal_out = r;
    return PLACET_OK;
}

void placet_rehearsal_close(struct placet_rehearsal **rehearsal)
{
    if (rehearsal == NULL || *rehearsal == NULL) {
        return;
    }
    struct placet_rehearsal *r = *rehearsal;
    pl_company_free(&r->files);
    pl_play_free(r->play);
    free(r->memory);
    free(r->ending);
    free(r->event);
    free(r);
    *rehearsal = NULL;
}

/* ---- answers ---- */

/* The form may be a file beside the answers. One that cannot be read is reported by the reader. */
static bool read_form(const char *answers_path, struct pl_text yaml, char **text_out,
                      struct pl_text *form_out)
{
    const char *slash = strrchr(answers_path, '/');
    const int folder_len = slash == NULL ? 0 : (int)(slash + 1 - answers_path);
    char name[PATH_SIZE / 2];
    char path[PATH_SIZE];
    size_t size = 0;

    if (!pl_answers_form_name(yaml, name, sizeof(name))) {
        return false;
    }
    (void)snprintf(path, sizeof(path), "%.*s%s", name[0] == '/' ? 0 : folder_len, answers_path,
                   name);
    if (pl_file_read(path, text_out, &size, NULL) != PLACET_OK) {
        return false;
    }
    *form_out = (struct pl_text){*text_out, (uint32_t)size};
    return true;
}

static int read_answers(struct placet_rehearsal *r, const char *path, struct pl_report_as as,
                        char **report_out, struct placet_error *err)
{
    struct pl_diags *diags = pl_diags_new();
    struct pl_text form = {0};
    char *form_text = NULL;
    char *text = NULL;
    size_t size = 0;

    if (diags == NULL) {
        return no_memory(err);
    }
    int rc = pl_file_read(path, &text, &size, err);
    if (rc < 0) {
        free(diags);
        return rc;
    }
    const struct pl_text yaml = {text, (uint32_t)size};
    const bool has_form = read_form(path, yaml, &form_text, &form);
    pl_arena_reset(&r->arena);
    rc = pl_answers_read(yaml, has_form ? &form : NULL, &r->files.company, &r->arena, diags,
                         &r->answers);
    if (rc == PLACET_EINVALID) {
        const char *slash = strrchr(path, '/');
        const struct pl_bundle bundle = {
            .count = 1, .files = {{pl_text_of(slash == NULL ? path : slash + 1), yaml}}};
        *report_out = pl_report(diags, &bundle, path, as);
        (void)pl_mistake(err, PLACET_EINVALID,
                         (struct pl_place){path, diags->list[0].place.mark.line,
                                           diags->list[0].place.mark.column},
                         diags->list[0].hint, "%s", diags->list[0].message);
    } else if (rc == PLACET_ENOMEM) {
        rc = no_memory(err);
    } else if (rc == PLACET_ELIMIT) {
        rc = pl_mistake(err, rc, (struct pl_place){.file = path}, NULL,
                        "the answers are larger than a rehearsal holds");
    }
    free(form_text);
    free(text);
    free(diags);
    return rc;
}

int placet_rehearsal_answers(struct placet_rehearsal *rehearsal, const char *answers_path,
                             enum placet_format format, enum placet_language language,
                             char **report_out, struct placet_error *err)
{
    const struct pl_report_as as = {format, language};

    *report_out = NULL;
    rehearsal->has_answers = false;
    (void)snprintf(rehearsal->path, sizeof(rehearsal->path), "%s", answers_path);
    const int rc = read_answers(rehearsal, answers_path, as, report_out, err);
    rehearsal->has_answers = rc == PLACET_OK;
    return rc;
}

/* ---- playing ---- */

struct audience {
    struct placet_rehearsal *rehearsal;
    placet_rehearsal_event *on_event;
    void *context;
    bool no_memory;
};

/* Grows with the largest event, not with their number. */
static bool make_room(struct placet_rehearsal *r, size_t size)
{
    if (size <= r->event_size) {
        return true;
    }
    uint8_t *larger = realloc(r->event, size * 2);
    if (larger == NULL) {
        return false;
    }
    r->event = larger;
    r->event_size = size * 2;
    return true;
}

static void show(void *context, const struct pl_event *event, struct pl_event_place place,
                 const struct pl_event_subject *subject)
{
    struct audience *a = context;
    const char *type = pl_event_type(event->kind);
    char id[PL_CASE_TEXT_SIZE];
    struct pl_writer out;

    if (!make_room(a->rehearsal, pl_event_view_size(event, true))) {
        a->no_memory = true;
        return;
    }
    pl_writer_init(&out, a->rehearsal->event, a->rehearsal->event_size);
    pl_event_write(&out, event, place, subject, true);
    pl_case_id_format(subject->id, id);
    const struct pl_bytes body = pl_writer_bytes(&out);
    const struct pl_text step = event->step < subject->def->step_count
                                    ? subject->def->steps[event->step].id
                                    : (struct pl_text){0};
    const struct placet_event shown = {
        .sequence = place.seq,
        .previous = place.prev,
        .at_ms = place.at_ms,
        .type = {type, (uint32_t)strlen(type)},
        .case_id = {id, (uint32_t)strlen(id)},
        .step = {step.at, step.len},
        .body = {body.at, body.size},
    };
    a->on_event(a->context, &shown);
}

int placet_rehearsal_play(struct placet_rehearsal *rehearsal, placet_rehearsal_event *on_event,
                          void *context, struct placet_value *ending_out, struct placet_error *err)
{
    struct audience audience = {.rehearsal = rehearsal, .on_event = on_event, .context = context};
    struct placet_error mistake = {0};
    struct pl_writer ending;

    if (!rehearsal->has_answers) {
        return pl_mistake(err, PLACET_EINVALID, (struct pl_place){0}, NULL,
                          "there are no answers to play");
    }
    int rc = pl_play_run(rehearsal->play, &rehearsal->files.company, &rehearsal->answers,
                         on_event == NULL ? NULL : show, &audience, &mistake);
    if (rc < 0) {
        const struct pl_place place = {rehearsal->path, mistake.line, mistake.line > 0 ? 1 : 0};
        return pl_mistake(err, (enum placet_status)rc, place, mistake.hint, "%s", mistake.message);
    }
    if (audience.no_memory) {
        return no_memory(err);
    }
    pl_writer_init(&ending, rehearsal->ending, PL_ENDING_SIZE);
    pl_ending_write(rehearsal->play, &ending);
    const struct pl_bytes bytes = pl_writer_bytes(&ending);
    *ending_out = (struct placet_value){bytes.at, bytes.size};
    return PLACET_OK;
}
