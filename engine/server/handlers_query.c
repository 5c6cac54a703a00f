/* GET, STATS, HEALTH: questions about what is there now. Nothing here is journaled. */
#include <stdio.h>
#include <unistd.h>

#include "model/event_view.h"
#include "server/case_view.h"
#include "server/handlers.h"
#include "server/session.h"

static int not_found(struct pl_request *r, const char *message)
{
    return pl_answer_error(r, PLACET_CODE_NOT_FOUND, message, 0, (struct pl_bytes){0});
}

/* ---- GET --------------------------------------------------------------------------------------
 */

static int get_case(struct pl_request *r)
{
    struct pl_server *s = r->server;
    const struct pl_case_id id = pl_request_case(r);
    const bool with_form = pl_request_bool(r, "form", false);
    struct pl_found found;
    struct pl_writer body;
    struct pl_bytes form = {0};

    if (pl_request_bad(r)) {
        return pl_answer_mistake(r);
    }
    const int rc = pl_case_find(s, id, &found);
    if (rc != PLACET_OK) {
        return rc == PLACET_ENOTFOUND ? not_found(r, "no such case") : rc;
    }
    if (with_form && found.open) {
        form = pl_state_blob(&s->state, found.c.slot, found.c.form_seq);
    }
    if (pl_answer_open(r, &body, pl_case_full_size(&found) + form.size) == NULL) {
        return PLACET_ELIMIT;
    }
    pl_case_write_full(&body, s, &found, form);
    return pl_answer_send(r, 0, &body);
}

static int get_task(struct pl_request *r)
{
    struct pl_server *s = r->server;
    const struct pl_task_ref ref = pl_request_task(r);
    struct pl_found found;
    struct pl_writer body;

    if (pl_request_bad(r)) {
        return pl_answer_mistake(r);
    }
    const int rc = pl_case_find(s, ref.id, &found);
    if (rc != PLACET_OK && rc != PLACET_ENOTFOUND) {
        return rc;
    }
    if (rc == PLACET_ENOTFOUND || ref.step >= found.def->step_count ||
        ref.item >= found.def->steps[ref.step].task_count) {
        return not_found(r, "no such task");
    }
    if (pl_answer_open(r, &body, PL_CASE_SUMMARY_SIZE + PL_TASK_VIEW_SIZE) == NULL) {
        return PLACET_ELIMIT;
    }
    pl_write_map(&body, pl_task_pairs(&found, ref.step, ref.item) + 3);
    pl_task_write(&body, s, &found, ref.step, ref.item);
    pl_write_key_text(&body, "step", found.def->steps[ref.step].id);
    pl_write_title(&body, "title", found.def->steps[ref.step].title);
    pl_write_string(&body, "case");
    pl_case_write_summary(&body, &found, s->now_ms);
    return pl_answer_send(r, 0, &body);
}

static void write_step_def(struct pl_writer *out, const struct pl_definition *def, uint16_t i)
{
    const struct pl_step_def *step = &def->steps[i];

    pl_write_map(out, 7);
    pl_write_key_text(out, "step", step->id);
    pl_write_title(out, "title", step->title);
    pl_write_key_text(out, "stage", step->stage);
    pl_write_key_bool(out, "counts", step->counts);
    pl_write_string(out, "services");
    pl_write_array(out, step->run != NULL ? 0 : step->member_count);
    for (uint16_t k = 0; step->run == NULL && k < step->member_count; k++) {
        pl_write_text(out, def->services[step->members[k].service].name);
    }
    pl_write_string(out, "after");
    pl_write_array(out, step->after_count);
    for (uint16_t k = 0; k < step->after_count; k++) {
        pl_write_text(out, def->steps[step->after[k].step].id);
    }
    pl_write_string(out, "decisions");
    pl_write_array(out, step->rule_count);
    for (uint16_t k = 0; k < step->rule_count; k++) {
        pl_write_text(out, def->decisions[step->rules[k].decision].id);
    }
}

static uint32_t definition_size(const struct pl_definition *def)
{
    uint32_t size = 4096 + def->step_count * 4096u;

    for (uint16_t i = 0; i < def->step_count; i++) {
        size += def->steps[i].rule_count * (PL_ID_MAX + 3u);
    }
    return size;
}

static int get_definition(struct pl_request *r)
{
    struct pl_server *s = r->server;
    const struct pl_text workflow = pl_request_text(r, "workflow", PL_ID_MAX, PL_REQUIRED);
    const int64_t revision = pl_request_int_or(r, "revision", 1, UINT32_MAX, 0);
    const bool with_source = pl_request_bool(r, "source", false);
    struct pl_writer body;
    uint32_t source_size = 0;

    if (pl_request_bad(r)) {
        return pl_answer_mistake(r);
    }
    const struct pl_definition *def = pl_state_definition(&s->state, workflow, (uint32_t)revision);
    if (def == NULL) {
        return not_found(r, "no such workflow or revision is published");
    }
    uint8_t *source = NULL;
    if (with_source) {
        source_size = PL_PUBLISH_BODY_MAX;
        source = pl_arena_alloc(&s->arena, source_size);
        if (source == NULL) {
            return PLACET_ELIMIT;
        }
        const int rc =
            s->store->ops->get(s->store, PL_TABLE_DEFINITIONS, def->number, source, &source_size);
        if (rc != PLACET_OK) {
            return rc;
        }
    }
    if (pl_answer_open(r, &body, definition_size(def) + source_size) == NULL) {
        return PLACET_ELIMIT;
    }
    pl_write_map(&body, 6);
    pl_write_key_text(&body, "workflow", def->workflow);
    pl_write_key_u64(&body, "revision", def->revision);
    pl_write_key_u64(&body, "number", def->number);
    pl_write_title(&body, "title", def->title);
    pl_write_string(&body, "steps");
    pl_write_array(&body, def->step_count);
    for (uint16_t i = 0; i < def->step_count; i++) {
        write_step_def(&body, def, i);
    }
    pl_write_key_value(&body, "files", (struct pl_bytes){source, source_size});
    return pl_answer_send(r, 0, &body);
}

int pl_handle_get(struct pl_request *r)
{
    const struct pl_text what = pl_request_text(r, "what", 16, PL_REQUIRED);

    if (pl_text_is(what, "case")) {
        return get_case(r);
    }
    if (pl_text_is(what, "task")) {
        return get_task(r);
    }
    if (pl_text_is(what, "definition")) {
        return get_definition(r);
    }
    pl_request_mistake(r, "what", "must be case, task or definition");
    return pl_answer_mistake(r);
}

/* ---- STATS and HEALTH -------------------------------------------------------------------------
 */

static uint64_t resident_bytes(void)
{
    unsigned long long pages = 0;
    FILE *file = fopen("/proc/self/statm", "re");

    if (file != NULL) {
        if (fscanf(file, "%*u %llu", &pages) != 1) {
            pages = 0;
        }
        (void)fclose(file);
    }
    return pages * (uint64_t)sysconf(_SC_PAGESIZE);
}

static void write_metrics(struct pl_writer *out, const struct pl_metrics *m)
{
    pl_write_string(out, "turn");
    pl_write_map(out, 11);
    pl_write_key_u64(out, "turns", m->turns);
    pl_write_key_u64(out, "commits", m->commits);
    pl_write_key_u64(out, "events", m->events);
    pl_write_key_u64(out, "messages", m->messages);
    pl_write_key_u64(out, "steps_completed", m->steps_completed);
    pl_write_key_u64(out, "rejections", m->rejections);
    pl_write_key_u64(out, "timers_fired", m->timers_fired);
    pl_write_key_u64(out, "frame_bytes", m->frame_bytes);
    pl_write_key_u64(out, "block_bytes", m->block_bytes);
    pl_write_key_u64(out, "commit_us_max", m->commit_us_max);
    pl_write_key_u64(out, "commit_us_sum", m->commit_us_sum);
}

static void write_store(struct pl_writer *out, const struct pl_store_info *info)
{
    pl_write_string(out, "store");
    pl_write_map(out, 7);
    pl_write_key_u64(out, "frames", info->frames);
    pl_write_key_u64(out, "segments", info->segments);
    pl_write_key_u64(out, "segment_bytes", info->segment_bytes);
    pl_write_key_u64(out, "file_bytes", info->file_bytes);
    pl_write_key_u64(out, "map_bytes", info->map_bytes);
    pl_write_key_u64(out, "used_bytes", info->used_bytes);
    pl_write_key_u64(out, "oldest_sequence", info->oldest_seq);
}

static void write_load(struct pl_writer *out, const struct pl_server *s)
{
    uint64_t ready = 0;

    for (uint32_t i = 0; i < s->queues.count; i++) {
        ready += s->queues.queues[i].count;
    }
    pl_write_key_u64(out, "open_cases", s->state.open_count);
    pl_write_key_u64(out, "closed_cases", s->state.closed_count);
    pl_write_key_u64(out, "definitions", s->state.revision_count);
    pl_write_key_u64(out, "sessions", s->sessions->open_count);
    pl_write_key_u64(out, "queued", ready);
}

int pl_handle_stats(struct pl_request *r)
{
    struct pl_server *s = r->server;
    struct pl_store_info info = {0};
    struct pl_writer body;

    const int rc = s->store->ops->info(s->store, &info);
    if (rc != PLACET_OK) {
        return rc;
    }
    if (pl_answer_open(r, &body, 2048) == NULL) {
        return PLACET_ELIMIT;
    }
    pl_write_map(&body, 12);
    pl_write_key_u64(&body, "now", (uint64_t)s->now_ms);
    pl_write_key_u64(&body, "rate", (uint64_t)s->clock->rate);
    pl_write_key_u64(&body, "sequence", s->state.last_seq);
    write_load(&body, s);
    pl_write_key_u64(&body, "rss_bytes", resident_bytes());
    pl_write_key_u64(&body, "turn_bytes_max", s->arena.used_max);
    write_metrics(&body, &s->metrics);
    write_store(&body, &info);
    return pl_answer_send(r, 0, &body);
}

int pl_handle_health(struct pl_request *r)
{
    struct pl_server *s = r->server;
    const bool full = s->store->ops->nearly_full(s->store);
    struct pl_writer body;

    if (pl_answer_open(r, &body, 128) == NULL) {
        return PLACET_ELIMIT;
    }
    pl_write_map(&body, 4);
    pl_write_key_string(&body, "status", s->sessions->draining ? "draining" : full ? "full" : "ok");
    pl_write_key_bool(&body, "starts", !full && !s->sessions->draining);
    pl_write_key_u64(&body, "sequence", s->state.last_seq);
    pl_write_key_u64(&body, "now", (uint64_t)s->now_ms);
    return pl_answer_send(r, 0, &body);
}
