/* LIST: pages of cases, tasks, definitions, sessions, departments. A page looks at a bounded number
 * of things, so that no question holds up the engine; `next` goes on where it stopped, also when
 * nothing matched so far, and is nil at the end. */
#include <string.h>

#include "model/event_view.h"
#include "server/case_view.h"
#include "server/handlers.h"
#include "server/session.h"
#include "wire/case.h"

#define LIMIT_MAX     500
#define LIMIT_DEFAULT 100
#define SCAN_MAX      4096 /* slots or rows looked at for one page: about 5 ms */
#define ITEM_SIZE_MAX (PL_CASE_SUMMARY_SIZE + PL_TASK_VIEW_SIZE)
#define PAGE_SIZE     (512u << 10)

struct page {
    struct pl_request *r;
    struct pl_writer out; /* the items */
    uint32_t limit;
    uint32_t count;
    uint64_t next;       /* 0: the end */
    uint16_t first_task; /* of the first case: those before it stood on the page before */
    uint16_t stopped_at; /* task of the last case for which there was no room; 0: none */

    /* Filters; empty = all. */
    struct pl_text workflow;
    struct pl_text state;
    struct pl_text text;
    struct pl_text department;
    struct pl_text service;
    bool late;
};

static bool page_is_full(const struct page *p)
{
    return p->count == p->limit || p->out.size - p->out.used < ITEM_SIZE_MAX;
}

static bool contains(struct pl_text text, struct pl_text part)
{
    return part.len == 0 || (text.len > 0 && memmem(text.at, text.len, part.at, part.len) != NULL);
}

/* ---- cases ------------------------------------------------------------------------------------
 */

static bool case_matches(const struct page *p, const struct pl_found *found)
{
    return (p->workflow.len == 0 || pl_text_equal(p->workflow, found->def->workflow)) &&
           (p->state.len == 0 || pl_text_is(p->state, pl_case_state(found))) &&
           (contains(found->c.key, p->text) || contains(found->c.by, p->text)) &&
           (!p->late || pl_case_is_late(found, p->r->server->now_ms));
}

static void take_case(struct page *p, const struct pl_found *found)
{
    if (case_matches(p, found)) {
        pl_case_write_summary(&p->out, found, p->r->server->now_ms);
        p->count++;
    }
}

/* Open cases by slot: the cursor is the next slot plus one. */
static int list_open(struct page *p, uint64_t after,
                     void (*take)(struct page *p, const struct pl_found *found))
{
    struct pl_server *s = p->r->server;
    const uint64_t end = s->state.slot_count;
    uint64_t slot = after;

    for (uint32_t scanned = 0; slot < end && scanned < SCAN_MAX && !page_is_full(p); scanned++) {
        struct pl_found found;
        const size_t mark = s->arena.used;
        const int rc = pl_case_in_slot(s, (uint32_t)slot, &found);
        if (rc == PLACET_OK) {
            take(p, &found);
        } else if (rc != PLACET_ENOTFOUND) {
            return rc;
        }
        s->arena.used = mark;
        if (p->stopped_at != 0) {
            break; /* the next page begins within this case */
        }
        p->first_task = 0;
        slot++;
    }
    p->next = slot < end ? slot : 0;
    return PLACET_OK;
}

struct closed_scan {
    struct page *p;
    uint32_t scanned;
};

static int take_closed(void *context, uint64_t key, struct pl_bytes value)
{
    struct closed_scan *scan = context;
    struct pl_server *s = scan->p->r->server;
    struct pl_found found = {0};
    const size_t mark = s->arena.used;

    if (scan->scanned++ == SCAN_MAX || page_is_full(scan->p)) {
        scan->p->next = key;
        return 1;
    }
    const int rc = pl_wire_read_case(value, &s->arena, &found.c);
    if (rc != PLACET_OK) {
        return rc;
    }
    found.def = pl_state_definition_number(&s->state, found.c.definition);
    if (found.def != NULL) {
        take_case(scan->p, &found);
    }
    s->arena.used = mark;
    return 0;
}

/* Closed cases by id: the cursor is the next id. */
static int list_closed(struct page *p, uint64_t after)
{
    struct pl_server *s = p->r->server;
    struct closed_scan scan = {.p = p};

    const int rc = s->store->ops->visit(s->store, PL_TABLE_CLOSED, after, take_closed, &scan);
    return rc < 0 ? rc : PLACET_OK;
}

static int list_cases(struct page *p, uint64_t after)
{
    return pl_text_is(p->state, "closed") ? list_closed(p, after) : list_open(p, after, take_case);
}

/* ---- tasks ------------------------------------------------------------------------------------
 */

static bool task_matches(const struct page *p, const struct pl_definition *def,
                         const struct pl_service *service, const struct pl_task *task)
{
    if (p->state.len > 0 ? !pl_text_is(p->state, pl_task_state_name(task->state))
                         : !pl_task_is_open(task->state)) {
        return false;
    }
    return (p->department.len == 0 ||
            pl_text_equal(p->department, def->departments[service->department].id)) &&
           (p->service.len == 0 || pl_text_equal(p->service, service->name)) &&
           (p->workflow.len == 0 || pl_text_equal(p->workflow, def->workflow));
}

static void write_task(struct page *p, const struct pl_found *found, uint16_t step, uint16_t item)
{
    char text[PL_CASE_TEXT_SIZE];

    pl_write_map(&p->out, pl_task_pairs(found, step, item) + 5);
    pl_task_write(&p->out, p->r->server, found, step, item);
    pl_case_id_format(found->c.id, text);
    pl_write_key_string(&p->out, "case", text);
    pl_write_key_text(&p->out, "key", found->c.key);
    pl_write_key_text(&p->out, "workflow", found->def->workflow);
    pl_write_key_text(&p->out, "step", found->def->steps[step].id);
    pl_write_title(&p->out, "title", found->def->steps[step].title);
    p->count++;
}

static void take_tasks(struct page *p, const struct pl_found *found)
{
    for (uint16_t task = p->first_task; task < found->c.task_count; task++) {
        const uint16_t i = pl_definition_step_of_task(found->def, task);
        const struct pl_step_def *step = &found->def->steps[i];
        const uint16_t item = (uint16_t)(task - step->first_task);
        const uint16_t service = pl_task_service(found->def, &found->c, i, item);
        if (service == PL_NO_SERVICE || /* a child case: nobody's task */
            !task_matches(p, found->def, &found->def->services[service], &found->c.tasks[task])) {
            continue;
        }
        if (page_is_full(p)) {
            p->stopped_at = task;
            return;
        }
        write_task(p, found, i, item);
    }
}

/* ---- children ---------------------------------------------------------------------------------
 */

/* The cases that the tasks of one started, in the order of the tasks: the cursor is the next task.
 */
static int list_children(struct page *p, uint64_t after)
{
    struct pl_server *s = p->r->server;
    struct pl_found parent;
    uint64_t task = after;

    const struct pl_case_id id = pl_request_case(p->r);
    int rc = pl_request_bad(p->r) ? PLACET_OK : pl_case_find(s, id, &parent);
    if (rc == PLACET_ENOTFOUND) {
        pl_request_mistake(p->r, "case", "no such case");
        return PLACET_OK;
    }
    for (; rc == PLACET_OK && !pl_request_bad(p->r) && task < parent.c.task_count; task++) {
        const struct pl_case_id child = {parent.c.tasks[task].child};
        const size_t mark = s->arena.used;
        struct pl_found found;
        if (child.v == 0) {
            continue;
        }
        if (page_is_full(p)) {
            p->next = task;
            break;
        }
        rc = pl_case_find(s, child, &found);
        if (rc == PLACET_OK) {
            pl_case_write_summary(&p->out, &found, s->now_ms);
            p->count++;
        }
        s->arena.used = mark;
    }
    return rc;
}

/* ---- what there are few of --------------------------------------------------------------------
 */

static int list_definitions(struct page *p, uint64_t after)
{
    const struct pl_state *state = &p->r->server->state;
    uint64_t i = after;

    for (; i < state->revision_count && !page_is_full(p); i++) {
        const struct pl_definition *def = state->revisions[i].def;
        if (p->workflow.len > 0 && !pl_text_equal(p->workflow, def->workflow)) {
            continue;
        }
        pl_write_map(&p->out, 6);
        pl_write_key_text(&p->out, "workflow", def->workflow);
        pl_write_key_u64(&p->out, "revision", def->revision);
        pl_write_key_u64(&p->out, "number", def->number);
        pl_write_title(&p->out, "title", def->title);
        pl_write_key_u64(&p->out, "steps", def->step_count);
        pl_write_key_bool(&p->out, "newest", pl_state_definition(state, def->workflow, 0) == def);
        p->count++;
    }
    p->next = i < state->revision_count ? i : 0;
    return PLACET_OK;
}

static void write_session(struct page *p, const struct pl_session *session)
{
    const struct pl_sessions *t = p->r->server->sessions;
    uint32_t count = 0;
    uint32_t in_hand = 0;
    uint32_t free_hands = 0;

    for (uint32_t i = session->subscriptions; i != PL_NONE;
         i = t->subscriptions[i].next_of_session) {
        count++;
        in_hand += t->subscriptions[i].in_hand;
        free_hands += t->subscriptions[i].free;
    }
    pl_write_map(&p->out, 7);
    pl_write_key_string(&p->out, "session", session->name);
    pl_write_key_string(&p->out, "principal", session->principal);
    pl_write_key_time(&p->out, "since", session->opened_ms);
    pl_write_key_bool(&p->out, "draining", session->draining);
    pl_write_key_u64(&p->out, "in_hand", in_hand);
    pl_write_key_u64(&p->out, "free", free_hands);
    pl_write_string(&p->out, "services");
    pl_write_array(&p->out, count);
    for (uint32_t i = session->subscriptions; i != PL_NONE;
         i = t->subscriptions[i].next_of_session) {
        pl_write_text(&p->out,
                      pl_text_of(p->r->server->queues.queues[t->subscriptions[i].service].name));
    }
}

static bool session_fits(const struct page *p, const struct pl_session *session)
{
    const size_t service_size = 2 * PL_ID_MAX + 4;

    return p->out.size - p->out.used >= ITEM_SIZE_MAX + session->subscription_count * service_size;
}

static int list_sessions(struct page *p, uint64_t after)
{
    const struct pl_sessions *t = p->r->server->sessions;
    uint64_t i = after;

    for (; i < t->session_count && p->count < p->limit && session_fits(p, &t->sessions[i]); i++) {
        const struct pl_session *session = &t->sessions[i];
        if (session->number != 0 && contains(pl_text_of(session->principal), p->text)) {
            write_session(p, session);
            p->count++;
        }
    }
    p->next = i < t->session_count ? i : 0;
    return PLACET_OK;
}

/* Services of all definitions and subscriptions with what is queued and who is there. */
static int list_services(struct page *p, uint64_t after)
{
    const struct pl_server *s = p->r->server;
    uint64_t i = after;

    for (; i < s->queues.count && !page_is_full(p); i++) {
        const struct pl_queue *queue = &s->queues.queues[i];
        const char *dot = strchr(queue->name, '.');
        const struct pl_text department = {queue->name, (uint32_t)(dot - queue->name)};
        if (p->department.len > 0 && !pl_text_equal(p->department, department)) {
            continue;
        }
        pl_write_map(&p->out, 5);
        pl_write_key_string(&p->out, "service", queue->name);
        pl_write_key_text(&p->out, "department", department);
        pl_write_key_u64(&p->out, "queued", queue->count);
        pl_write_key_u64(&p->out, "free", queue->credit);
        pl_write_key_bool(&p->out, "connected", pl_service_is_served(s, pl_text_of(queue->name)));
        p->count++;
    }
    p->next = i < s->queues.count ? i : 0;
    return PLACET_OK;
}

static bool is_listed(const struct pl_state *state, uint32_t before, struct pl_text id)
{
    for (uint32_t i = 0; i < before; i++) {
        const struct pl_definition *def = state->revisions[i].def;
        for (uint16_t k = 0; k < def->department_count; k++) {
            if (pl_text_equal(def->departments[k].id, id)) {
                return true;
            }
        }
    }
    return false;
}

/* Whether a session serves one of the department's services, and what is queued for all of them. */
static void sum_services(const struct pl_server *s, struct pl_text department, uint64_t *queued_out,
                         bool *connected_out)
{
    *queued_out = 0;
    *connected_out = false;
    for (uint32_t i = 0; i < s->queues.count; i++) {
        const struct pl_queue *queue = &s->queues.queues[i];
        const char *dot = strchr(queue->name, '.');
        const struct pl_text owner = {queue->name, (uint32_t)(dot - queue->name)};
        if (pl_text_equal(owner, department)) {
            *queued_out += queue->count;
            *connected_out |= s->sessions->ring[i] != PL_NONE;
        }
    }
}

/* Departments of all definitions, each once; the cursor is the next definition. */
static int list_departments(struct page *p, uint64_t after)
{
    const struct pl_server *s = p->r->server;
    uint64_t i = after;

    for (; i < s->state.revision_count && !page_is_full(p); i++) {
        const struct pl_definition *def = s->state.revisions[i].def;
        for (uint16_t k = 0; k < def->department_count; k++) {
            const struct pl_department *department = &def->departments[k];
            uint64_t queued = 0;
            bool connected = false;
            if (is_listed(&s->state, (uint32_t)i, department->id) ||
                p->out.size - p->out.used < ITEM_SIZE_MAX) {
                continue;
            }
            sum_services(s, department->id, &queued, &connected);
            pl_write_map(&p->out, 5);
            pl_write_key_text(&p->out, "department", department->id);
            pl_write_title(&p->out, "title", department->title);
            pl_write_key_text(&p->out, "level", department->level);
            pl_write_key_u64(&p->out, "queued", queued);
            pl_write_key_bool(&p->out, "connected", connected);
            p->count++;
        }
    }
    p->next = i < s->state.revision_count ? i : 0;
    return PLACET_OK;
}

/* ---- the page ---------------------------------------------------------------------------------
 */

/* The cursor is the next slot and the next task of its case. */
static int list_tasks(struct page *p, uint64_t after)
{
    p->first_task = (uint16_t)(after % PL_TASKS_MAX);
    const int rc = list_open(p, after / PL_TASKS_MAX, take_tasks);
    p->next = p->next * PL_TASKS_MAX + p->stopped_at;
    return rc;
}

static const struct {
    const char *what;
    int (*list)(struct page *p, uint64_t after);
} lists[] = {
    {"cases", list_cases},       {"tasks", list_tasks},       {"definitions", list_definitions},
    {"sessions", list_sessions}, {"services", list_services}, {"departments", list_departments},
    {"children", list_children},
};

static int fill(struct page *p, struct pl_text what, uint64_t after)
{
    for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++) {
        if (pl_text_is(what, lists[i].what)) {
            return lists[i].list(p, after);
        }
    }
    pl_request_mistake(
        p->r, "what",
        "must be cases, children, tasks, definitions, sessions, services or departments");
    return PLACET_OK;
}

static int answer_page(const struct page *p)
{
    struct pl_writer body;
    struct pl_request *r = p->r;

    if (pl_answer_open(r, &body, (uint32_t)p->out.used + 128) == NULL) {
        return PLACET_ELIMIT;
    }
    pl_write_map(&body, 4);
    pl_write_key_u64(&body, "now", (uint64_t)r->server->now_ms);
    pl_write_key_u64(&body, "sequence", r->server->state.last_seq);
    pl_write_string(&body, "next");
    if (p->next == 0) {
        pl_write_nil(&body);
    } else {
        pl_write_u64(&body, p->next);
    }
    pl_write_string(&body, "items");
    pl_write_array(&body, p->count);
    pl_write_raw(&body, pl_writer_bytes(&p->out));
    return pl_answer_send(r, 0, &body);
}

int pl_handle_list(struct pl_request *r)
{
    struct page p = {.r = r};
    const struct pl_text what = pl_request_text(r, "what", 16, PL_REQUIRED);
    const int64_t after = pl_request_int_or(r, "after", 0, INT64_MAX, 0);

    p.limit = (uint32_t)pl_request_int_or(r, "limit", 1, LIMIT_MAX, LIMIT_DEFAULT);
    p.workflow = pl_request_text(r, "workflow", PL_ID_MAX, PL_OPTIONAL);
    p.state = pl_request_text(r, "state", 16, PL_OPTIONAL);
    p.text = pl_request_text(r, "text", PL_KEY_MAX, PL_OPTIONAL);
    p.department = pl_request_text(r, "department", PL_ID_MAX, PL_OPTIONAL);
    p.service = pl_request_text(r, "service", 2 * PL_ID_MAX + 1, PL_OPTIONAL);
    p.late = pl_request_bool(r, "late", false);
    if (pl_request_bad(r)) {
        return pl_answer_mistake(r);
    }
    void *memory = pl_arena_alloc(&r->server->arena, PAGE_SIZE);
    if (memory == NULL) {
        return PLACET_ELIMIT;
    }
    pl_writer_init(&p.out, memory, PAGE_SIZE);
    const int rc = fill(&p, what, (uint64_t)after);
    if (rc != PLACET_OK) {
        return rc;
    }
    return pl_request_bad(r) ? pl_answer_mistake(r) : answer_page(&p);
}
