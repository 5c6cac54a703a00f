/* TASK and CANCEL: what a department sees of a case, and not more. */
#include <string.h>

#include "model/event_view.h"
#include "server/children.h"
#include "server/session.h"
#include "server/task_extras.h"
#include <placet/error.h>

#define TASK_FIXED_SIZE 4096 /* everything but the data and the documents: ids, titles, times */
#define DOCUMENT_SIZE   1024 /* one document's id, titles and frame */
#define SEES_DEPTH_MAX  16

/* ---- the form as the step sees it --------------------------------------------------------------
 */

/* Paths of the step that lie below the current place: each without the part that led here. */
struct view {
    struct pl_text paths[256];
    uint32_t count;
};

static struct pl_text head_of(struct pl_text path)
{
    const char *dot = memchr(path.at, '.', path.len);
    return dot == NULL ? path : (struct pl_text){path.at, (uint32_t)(dot - path.at)};
}

/* The paths that go on below `key`. `*whole_out`: one of them ends here. */
static void narrow(const struct view *view, struct pl_text key, struct view *below_out,
                   bool *whole_out)
{
    below_out->count = 0;
    *whole_out = false;
    for (uint32_t i = 0; i < view->count; i++) {
        const struct pl_text path = view->paths[i];
        const struct pl_text head = head_of(path);
        if (!pl_text_equal(head, key)) {
            continue;
        }
        if (head.len == path.len) {
            *whole_out = true;
        } else {
            below_out->paths[below_out->count++] =
                (struct pl_text){path.at + head.len + 1, path.len - head.len - 1};
        }
    }
}

/* Depth is bounded: the form passed the profile, and a view has as many levels as its paths.
 * NOLINTBEGIN(misc-no-recursion) */
static void project(struct pl_writer *out, struct pl_bytes value, const struct view *view,
                    unsigned depth);

static void project_entry(struct pl_writer *out, struct pl_text key, struct pl_bytes value,
                          const struct view *view, unsigned depth)
{
    struct view below;
    bool whole = false;

    narrow(view, key, &below, &whole);
    pl_write_text(out, key);
    if (whole) {
        pl_write_value(out, value);
    } else {
        project(out, value, &below, depth + 1);
    }
}

static bool is_seen(const struct view *view, struct pl_text key)
{
    for (uint32_t i = 0; i < view->count; i++) {
        if (pl_text_equal(head_of(view->paths[i]), key)) {
            return true;
        }
    }
    return false;
}

/* A map with the entries that the view reaches; something that is no map has nothing below. */
static void project(struct pl_writer *out, struct pl_bytes value, const struct view *view,
                    unsigned depth)
{
    struct pl_reader in;
    uint32_t seen = 0;

    pl_reader_init(&in, value.at, value.size);
    if (depth == SEES_DEPTH_MAX || pl_reader_peek(&in) != PL_VALUE_MAP) {
        pl_write_map(out, 0);
        return;
    }
    const uint32_t pairs = pl_reader_map(&in);
    struct pl_reader again = in;
    for (uint32_t i = 0; i < pairs; i++) {
        seen += is_seen(view, pl_reader_text(&in, UINT32_MAX));
        pl_reader_skip(&in);
    }
    pl_write_map(out, seen);
    for (uint32_t i = 0; i < pairs; i++) {
        const struct pl_text key = pl_reader_text(&again, UINT32_MAX);
        const struct pl_bytes entry = pl_reader_value(&again);
        if (is_seen(view, key)) {
            project_entry(out, key, entry, view, depth);
        }
    }
}

/* NOLINTEND(misc-no-recursion) */

static void write_seen(struct pl_writer *out, const struct pl_step_def *step, struct pl_bytes form)
{
    struct view view = {.count = step->sees_count < 256 ? step->sees_count : 256};

    for (uint32_t i = 0; i < view.count; i++) {
        view.paths[i] = step->sees[i];
    }
    project(out, form, &view, 0);
}

/* ---- documents --------------------------------------------------------------------------------
 */

/* The entry with this id in the `documents` of an answer. */
static struct pl_bytes find_document(struct pl_bytes answer, struct pl_text id)
{
    const struct pl_bytes list = pl_value_get(answer, PL_TEXT("documents"));
    struct pl_reader in;
    struct pl_text name;

    pl_reader_init(&in, list.at, list.size);
    if (list.size == 0 || pl_reader_peek(&in) != PL_VALUE_ARRAY) {
        return (struct pl_bytes){0};
    }
    const uint32_t count = pl_reader_array(&in);
    for (uint32_t i = 0; i < count; i++) {
        const struct pl_bytes entry = pl_reader_value(&in);
        if (pl_value_as_text(pl_value_get(entry, PL_TEXT("id")), &name) &&
            pl_text_equal(name, id)) {
            return entry;
        }
    }
    return (struct pl_bytes){0};
}

/* The step whose answer brought the document: the newest that issues it. */
static struct pl_bytes issued_document(const struct pl_server *s, const struct pl_live *live,
                                       uint16_t document, uint16_t *step_out)
{
    const struct pl_definition *def = live->def;
    struct pl_bytes found = {0};
    uint64_t found_seq = 0;

    for (uint16_t i = 0; i < def->step_count; i++) {
        const struct pl_step_def *step = &def->steps[i];
        for (uint16_t j = 0; j < step->issues_count; j++) {
            const struct pl_task *task = &live->c.tasks[step->first_task];
            if (step->issues[j] != document || step->member_count == 0 || task->seq < found_seq ||
                live->c.steps[i].state != PL_STEP_DONE) {
                continue;
            }
            found_seq = task->seq;
            found = find_document(pl_state_blob(&s->state, live->c.slot, task->seq),
                                  def->documents[document].id);
            *step_out = i;
        }
    }
    return found;
}

static void write_documents(struct pl_writer *out, const struct pl_server *s,
                            const struct pl_live *live, const struct pl_step_def *step)
{
    const struct pl_definition *def = live->def;

    pl_write_array(out, step->needs_count);
    for (uint16_t i = 0; i < step->needs_count; i++) {
        const struct pl_document *document = &def->documents[step->needs[i]];
        uint16_t from = PL_NO_STEP;
        const struct pl_bytes entry = issued_document(s, live, step->needs[i], &from);

        pl_write_map(out, 4);
        pl_write_key_text(out, "id", document->id);
        pl_write_title(out, "title", document->title);
        pl_write_string(out, "from");
        if (from != PL_NO_STEP) {
            pl_write_text(out, def->steps[from].id);
        } else {
            pl_write_string(out, document->by_applicant ? "applicant" : NULL);
        }
        pl_write_key_value(out, "content", entry);
    }
}

/* ---- letters ----------------------------------------------------------------------------------
 */

static bool is_held(const struct pl_live *live, const struct pl_step_def *step)
{
    for (uint16_t i = 0; i < step->decide_after_count; i++) {
        if (!pl_step_is_settled(live->c.steps[step->decide_after[i]].state)) {
            return true;
        }
    }
    return false;
}

/* What takes a step back has no limit: those of the step were for what it did. */
static void write_times(struct pl_writer *out, const struct pl_server *s,
                        const struct pl_step *step, const struct pl_task *task, bool undo)
{
    const int64_t step_ms = undo ? 0 : step->due_ms;
    const int64_t due_ms = task->due_ms != 0 ? task->due_ms : step_ms;

    pl_write_key_u64(out, "accept_by", (uint64_t)task->wake_ms);
    pl_write_string(out, "due");
    if (due_ms == 0) {
        pl_write_nil(out);
    } else {
        pl_write_i64(out, due_ms);
    }
    pl_write_key_u64(out, "now", (uint64_t)s->now_ms);
}

/* What may be answered: by the step's rules, or by the fixed words of opinions, of `tell` and of
 * what takes a step back. */
static void write_decisions(struct pl_writer *out, const struct pl_definition *def,
                            const struct pl_step_def *step, uint16_t item)
{
    const struct pl_member *member = pl_step_member(step, item);

    pl_write_string(out, "decisions");
    if (step->kind == PL_KIND_TELL || pl_step_is_undo(step, item)) {
        pl_write_array(out, 1);
        pl_write_text(out, def->decisions[PL_DECISION_APPROVE].id);
        return;
    }
    if (member->role == PL_ROLE_OPINION) {
        pl_write_array(out, 2);
        pl_write_text(out, def->decisions[PL_DECISION_NO_OBJECTION].id);
        pl_write_text(out, def->decisions[PL_DECISION_OBJECTION].id);
        return;
    }
    pl_write_array(out, step->rule_count);
    for (uint16_t i = 0; i < step->rule_count; i++) {
        pl_write_text(out, def->decisions[step->rules[i].decision].id);
    }
}

static const char *role_name(enum pl_member_role role)
{
    static const char *const names[] = {
        [PL_ROLE_LEAD] = "lead",
        [PL_ROLE_DECISION] = "decision",
        [PL_ROLE_OPINION] = "opinion",
        [PL_ROLE_SIGNER] = "signer",
    };
    return names[role];
}

static void write_task(struct pl_writer *out, const struct pl_server *s, const struct pl_live *live,
                       struct pl_task_ref ref, uint32_t client_id, struct pl_bytes document)
{
    const struct pl_definition *def = live->def;
    const struct pl_step_def *step = &def->steps[ref.step];
    const struct pl_member *member = pl_step_member(step, ref.item);
    const struct pl_service *service =
        &def->services[pl_task_service(def, &live->c, ref.step, ref.item)];
    const struct pl_task *task = &live->c.tasks[step->first_task + ref.item];
    char text[PL_TASK_TEXT_SIZE];

    pl_write_map(out, 22 + pl_task_extra_pairs(live, ref.step, ref.item));
    pl_task_ref_format(ref, text);
    pl_write_key_string(out, "task", text);
    pl_write_string(out, "lease");
    pl_write_bin(out, task->lease.at, sizeof task->lease.at);
    pl_write_key_u64(out, "subscription", client_id);
    pl_write_key_text(out, "service", service->name);
    pl_write_key_u64(out, "attempt", (uint64_t)task->attempts + 1);
    pl_write_key_u64(out, "round", ref.round);
    write_times(out, s, &live->c.steps[ref.step], task, pl_step_is_undo(step, ref.item));
    pl_case_id_format(ref.id, text);
    pl_write_key_string(out, "case", text);
    pl_write_key_text(out, "key", live->c.key);
    pl_write_key_text(out, "workflow", def->workflow);
    pl_write_key_u64(out, "revision", def->revision);
    pl_write_key_text(out, "step", step->id);
    pl_write_key_u64(out, "item", ref.item);
    pl_write_title(out, "title", step->title);
    pl_write_key_text(out, "department", def->departments[service->department].id);
    pl_write_key_string(out, "role", role_name(member->role));
    write_decisions(out, def, step, ref.item);
    pl_write_key_bool(out, "hold", !pl_step_is_undo(step, ref.item) && is_held(live, step));
    pl_write_string(out, "data");
    if (document.size > 0) {
        pl_write_value(out, document);
    } else {
        write_seen(out, step, live->data.form);
    }
    pl_write_string(out, "documents");
    write_documents(out, s, live, step);
    pl_task_write_extras(out, s, live, ref.step, ref.item);
}

/* The data is a part of the form, the documents are parts of answers; what `send` gives is known
 * once it is there. */
uint32_t pl_task_letter_size(const struct pl_server *s, const struct pl_live *live, uint16_t step,
                             uint16_t item)
{
    const struct pl_step_def *def = &live->def->steps[step];
    uint32_t size = TASK_FIXED_SIZE + (def->send != NULL ? 3 * PL_BODY_MAX : live->data.form.size);

    size += pl_task_extra_size(s, live, step, item);

    for (uint16_t i = 0; i < def->needs_count; i++) {
        uint16_t from = PL_NO_STEP;
        size += DOCUMENT_SIZE + issued_document(s, live, def->needs[i], &from).size;
    }
    return size + (uint32_t)def->rule_count * (PL_ID_MAX + 2);
}

static void post(struct pl_server *s, const struct pl_session *session, uint16_t kind,
                 const struct pl_writer *body)
{
    const struct placet_header header = {.kind = kind};
    uint8_t bytes[PLACET_HEADER_SIZE];

    placet_header_write(&header, bytes);
    /* Without room the letter is lost like one on the way: the accept timer offers it again. */
    (void)pl_outbox_post(&s->outbox, session->endpoint, session->peer, bytes, body);
}

static struct pl_task_ref ref_of(const struct pl_live *live, uint16_t step, uint16_t item)
{
    return (struct pl_task_ref){.id = live->c.id,
                                .step = step,
                                .item = item,
                                .round =
                                    live->c.tasks[live->def->steps[step].first_task + item].round};
}

/* A document that cannot be made is an incident of the task: an operator reads why. */
static int make_document(struct pl_server *s, const struct pl_live *live, struct pl_task_ref ref,
                         struct pl_bytes *document_out)
{
    const struct pl_step_def *step = &live->def->steps[ref.step];
    char why[PL_ERRAND_TEXT_MAX];

    if (step->send == NULL || pl_step_is_undo(step, ref.item)) {
        return PLACET_OK;
    }
    const int rc = pl_task_document(s, live, ref.step, ref.item, document_out, why, sizeof why);
    if (rc != PLACET_EINVALID) {
        return rc;
    }
    const int added = pl_errand_of_fault(s, live, ref.step, ref.item, why);
    return added < 0 ? added : PLACET_EINVALID;
}

int pl_sessions_send_task(struct pl_server *s, const struct pl_live *live, uint16_t step,
                          uint16_t item)
{
    struct pl_sessions *t = s->sessions;
    const struct pl_task_ref ref = ref_of(live, step, item);
    struct pl_holder *holder = pl_holder_add(s, ref);
    struct pl_subscription *sub = &t->subscriptions[t->offering];
    struct pl_session *session = &t->sessions[sub->session];
    struct pl_bytes document = {0};
    struct pl_writer body;

    if (holder != NULL) {
        session->holds = true;
        holder->lease = live->c.tasks[live->def->steps[step].first_task + item].lease;
        holder->session = session->number;
        holder->subscription = t->offering;
        holder->hand = true;
        pl_subscription_take_hand(s, sub);
    }
    const int rc = make_document(s, live, ref, &document);
    if (rc == PLACET_OK &&
        pl_outbox_open(&s->outbox, pl_task_letter_size(s, live, step, item), &body) == PLACET_OK) {
        write_task(&body, s, live, ref, sub->client_id, document);
        post(s, session, PLACET_KIND_TASK, &body);
    }
    return rc == PLACET_ENOMEM ? rc : PLACET_OK;
}

void pl_sessions_cancel_task(struct pl_server *s, const struct pl_live *live, uint16_t step,
                             uint16_t item)
{
    const struct pl_task_ref ref = ref_of(live, step, item);
    const struct pl_holder *holder = pl_holder_of(s, ref);
    const struct pl_session *session =
        holder == NULL ? NULL : pl_session_by_number(s, holder->session);
    struct pl_writer body;

    if (session != NULL && pl_outbox_open(&s->outbox, 256, &body) == PLACET_OK) {
        char text[PL_TASK_TEXT_SIZE];
        pl_write_map(&body, 3);
        pl_task_ref_format(ref, text);
        pl_write_key_string(&body, "task", text);
        pl_write_string(&body, "lease");
        pl_write_bin(&body, holder->lease.at, sizeof holder->lease.at);
        pl_write_key_u64(&body, "now", (uint64_t)s->now_ms);
        post(s, session, PLACET_KIND_CANCEL, &body);
    }
    pl_holder_remove(s, ref);
}
