/* The loop of an adapter: subscriptions, tasks coming in, tasks coming back. */
#include "adapter.h"

#include <stdlib.h>
#include <string.h>

#include "mistake.h"

#define BATCH         1024 /* messages of one turn */
#define HANDS_MAX     4096
#define TIME_AGAIN_US 3000 /* the engine is asked for its time so often at most */

/* ---- opening and closing ---- */

int placet_adapter_open(const struct placet_options *options, struct placet_adapter **adapter_out,
                        struct placet_error *err)
{
    struct placet_adapter *adapter = calloc(1, sizeof(*adapter));
    if (adapter == NULL) {
        return pl_client_fail(err, PLACET_ENOMEM, "out of memory");
    }

    adapter->link.fd = -1;
    int rc = pl_calls_init(&adapter->calls);
    if (rc == PLACET_OK) {
        rc = pl_hands_init(&adapter->hands);
    }
    if (rc == PLACET_OK) {
        rc = pl_link_open(&adapter->link, options, "work", "adapter", err);
    }
    if (rc < 0) {
        placet_adapter_close(&adapter);
        return rc;
    }
    *adapter_out = adapter;
    return PLACET_OK;
}

void placet_adapter_close(struct placet_adapter **adapter)
{
    if (adapter == NULL || *adapter == NULL) {
        return;
    }

    struct placet_adapter *a = *adapter;
    for (void *task = pl_calls_pop(&a->calls); task != NULL; task = pl_calls_pop(&a->calls)) {
        pl_adapter_settle(a, task);
    }
    pl_link_close(&a->link);
    pl_calls_fini(&a->calls);
    pl_hands_fini(&a->hands);
    for (uint32_t i = 0; i < a->service_count; i++) {
        free(a->services[i]->name);
        free(a->services[i]);
    }
    free(a->services);
    placet_writer_fini(&a->scratch);
    free(a);
    *adapter = NULL;
}

/* ---- subscriptions ---- */

static struct pl_service *service_of(const struct placet_adapter *adapter, const char *name)
{
    for (uint32_t i = 0; i < adapter->service_count; i++) {
        if (strcmp(adapter->services[i]->name, name) == 0) {
            return adapter->services[i];
        }
    }
    return NULL;
}

int placet_adapter_subscribe(struct placet_adapter *adapter, const struct placet_service *service)
{
    if (service->name == NULL || service->handle == NULL || service->hands < 1 ||
        service->hands > HANDS_MAX || service_of(adapter, service->name) != NULL) {
        return PLACET_EINVALID;
    }

    struct pl_service **grown = realloc(adapter->services, ((size_t)adapter->service_count + 1) *
                                                               sizeof(struct pl_service *));
    if (grown == NULL) {
        return PLACET_ENOMEM;
    }
    adapter->services = grown;
    struct pl_service *added = calloc(1, sizeof(*added));
    char *name = strdup(service->name);
    if (added == NULL || name == NULL) {
        free(added);
        free(name);
        return PLACET_ENOMEM;
    }
    added->given = *service;
    added->given.name = name;
    added->name = name;
    adapter->services[adapter->service_count++] = added;
    return PLACET_OK;
}

/* Announces the tasks of a service that came in an older session; messages about them that wait to
 * be sent again do so by themselves. Returns how many are at work: each has a hand. */
static uint32_t confirm_all(struct placet_adapter *adapter, const struct pl_service *service)
{
    const struct pl_hands *hands = &adapter->hands;
    uint32_t count = 0;

    for (size_t i = 0; i < hands->size; i++) {
        for (struct pl_hand_task *task = hands->buckets[i]; task != NULL; task = task->next) {
            if (task->service != service || task->state != PL_HAND_HELD) {
                continue;
            }
            count += !task->parked;
            if (task->calls == 0) {
                (void)pl_adapter_confirm(task);
            }
        }
    }
    return count;
}

static void begin_body(struct placet_adapter *adapter)
{
    placet_writer_clear(&adapter->scratch);
    placet_put_map(&adapter->scratch);
}

/* False when it could not be sent. */
static bool subscribe(struct placet_adapter *adapter, uint32_t index)
{
    struct pl_service *service = adapter->services[index];
    struct placet_writer *out = &adapter->scratch;
    const uint64_t correlation = pl_link_correlate(&adapter->link);
    const bool owes_credit = confirm_all(adapter, service) > 0;
    struct placet_value body;

    begin_body(adapter);
    placet_put_key_text(out, "service", service->name);
    placet_put_key_i64(out, "subscription", (int64_t)index + 1);
    placet_put_key_i64(out, "max", service->given.hands);
    if (owes_credit) {
        placet_put_key_i64(out, "credit", 0);
    }
    placet_put_end(out);
    if (placet_writer_value(out, &body) != PLACET_OK ||
        !pl_link_send(&adapter->link, PLACET_KIND_SUBSCRIBE, correlation, body)) {
        return false;
    }
    service->asked = correlation;
    service->sessions = pl_link_sessions(&adapter->link);
    service->owes_credit = owes_credit;
    return true;
}

/* Says SUBSCRIBE for every service that this session does not know of. */
static void subscribe_all(struct placet_adapter *adapter)
{
    for (uint32_t i = 0; i < adapter->service_count; i++) {
        if (!pl_link_is_up(&adapter->link) ||
            adapter->services[i]->sessions == pl_link_sessions(&adapter->link)) {
            continue;
        }
        if (!subscribe(adapter, i)) {
            return;
        }
    }
}

/* Opens all hands of the services that waited for it; the engine counts those that are taken. */
static void give_credit(struct placet_adapter *adapter)
{
    struct placet_writer *out = &adapter->scratch;

    for (uint32_t i = 0; i < adapter->service_count; i++) {
        struct pl_service *service = adapter->services[i];
        if (!service->owes_credit || service->sessions != pl_link_sessions(&adapter->link) ||
            adapter->calls.unsent < adapter->calls.next) {
            continue;
        }
        struct placet_value body;
        begin_body(adapter);
        placet_put_key_i64(out, "subscription", (int64_t)i + 1);
        placet_put_key_i64(out, "n", service->given.hands);
        placet_put_end(out);
        service->owes_credit = placet_writer_value(out, &body) != PLACET_OK ||
                               !pl_link_send(&adapter->link, PLACET_KIND_CREDIT,
                                             pl_link_correlate(&adapter->link), body);
    }
}

static void subscribed(struct placet_adapter *adapter, const struct pl_letter *letter)
{
    const enum placet_code code = pl_letter_code(letter);

    for (uint32_t i = 0; i < adapter->service_count; i++) {
        struct pl_service *service = adapter->services[i];
        if (service->asked != letter->header.correlation) {
            continue;
        }
        service->asked = 0;
        if (code == PLACET_CODE_NONE) {
            return;
        }
        if (placet_text_is(placet_get_text(letter->body, "retry"), "same")) {
            service->sessions = 0; /* asked again in the next turn */
        } else {
            (void)pl_client_refusal(code, letter->body, &adapter->failure);
        }
    }
}

/* ---- tasks ---- */

void pl_adapter_settle(struct placet_adapter *adapter, struct pl_hand_task *task)
{
    task->calls--;
    if (task->calls == 0 && !task->listed) {
        pl_hands_release(&adapter->hands, task);
    }
}

void pl_adapter_lose(struct placet_adapter *adapter, struct pl_hand_task *task, const char *reason)
{
    const bool held = task->state == PL_HAND_HELD;
    const struct placet_service *given = &task->service->given;

    pl_hands_unlist(&adapter->hands, task);
    task->state = task->state == PL_HAND_HELD ? PL_HAND_LOST : task->state;
    if (held && given->withdrawn != NULL) {
        given->withdrawn(given->context, &task->open, reason);
    }
    if (task->calls == 0) {
        pl_hands_release(&adapter->hands, task);
    }
}

static void take_task(struct placet_adapter *adapter, struct pl_letter *letter)
{
    struct placet_value lease = {.size = 0};
    struct pl_hand_task *known =
        pl_hands_find(&adapter->hands, placet_get_text(letter->body, "task"));

    if (known != NULL) {
        (void)placet_value_as_bytes(placet_value_get(letter->body, "lease"), &lease);
        if (lease.size == PL_LEASE_SIZE && memcmp(lease.at, known->lease, PL_LEASE_SIZE) == 0) {
            return; /* the same once more */
        }
        pl_adapter_lose(adapter, known, "offered again");
    }

    struct pl_hand_task *task = pl_hands_take(&adapter->hands, letter);
    if (task == NULL) {
        return; /* no task, or no memory: the engine offers it again */
    }
    task->adapter = adapter;
    task->service = service_of(adapter, task->open.service);
    if (task->service == NULL) {
        pl_hands_unlist(&adapter->hands, task);
        pl_hands_release(&adapter->hands, task);
        return;
    }
    pl_link_learn_time(&adapter->link, task->open.now_ms);
    task->service->given.handle(task->service->given.context, &task->open);
}

static void cancel_task(struct placet_adapter *adapter, const struct pl_letter *letter)
{
    struct placet_value lease = {.size = 0};
    struct pl_hand_task *task =
        pl_hands_find(&adapter->hands, placet_get_text(letter->body, "task"));

    (void)placet_value_as_bytes(placet_value_get(letter->body, "lease"), &lease);
    if (task != NULL && task->state == PL_HAND_HELD && lease.size == PL_LEASE_SIZE &&
        memcmp(lease.at, task->lease, PL_LEASE_SIZE) == 0) {
        pl_adapter_lose(adapter, task, "cancelled");
    }
}

/* ---- the turn ---- */

static void handle(struct placet_adapter *adapter, struct pl_letter *letter)
{
    if (pl_calls_answer(&adapter->calls, letter, true)) {
        return;
    }
    if (letter->header.kind == PLACET_KIND_TASK) {
        take_task(adapter, letter);
    } else if (letter->header.kind == PLACET_KIND_CANCEL) {
        cancel_task(adapter, letter);
    } else if (letter->header.kind == PLACET_KIND_SUBSCRIBE) {
        subscribed(adapter, letter);
    }
}

/* Gives parked tasks back whose time has come on the engine's clock. */
static void call_due(struct placet_adapter *adapter)
{
    for (struct pl_hand_task *task = pl_hands_first(&adapter->hands);
         task != NULL && task->until_ms <= adapter->link.session.now_ms;
         task = pl_hands_first(&adapter->hands)) {
        const struct placet_service *given = &task->service->given;
        (void)pl_hands_park(&adapter->hands, task, 0);
        if (given->due != NULL) {
            given->due(given->context, &task->open);
        }
    }
}

/* When the engine is to be asked whether the time of the first parked task has come. A clock that
 * stands still for a while is asked less and less often: the estimate starts from its last word. */
static int64_t ask_time_us(const struct placet_adapter *adapter)
{
    const struct pl_hand_task *task = pl_hands_first(&adapter->hands);
    const struct pl_link *link = &adapter->link;

    if (task == NULL || !pl_link_is_up(link)) {
        return INT64_MAX;
    }
    const int64_t left_ms = task->until_ms - link->session.now_ms;
    const int64_t left_us = left_ms > INT64_MAX / 1000 ? left_ms : left_ms * 1000;
    const int64_t due_us = link->now_at_us + left_us / link->session.rate;
    const int64_t early_us = link->ping_at_us + TIME_AGAIN_US;
    return due_us > early_us ? due_us : early_us;
}

static int64_t next_us(const struct placet_adapter *adapter)
{
    const int64_t times_us[] = {pl_link_due_us(&adapter->link),
                                pl_calls_due_us(&adapter->calls, &adapter->link),
                                ask_time_us(adapter)};
    int64_t first_us = INT64_MAX;

    for (size_t i = 0; i < sizeof(times_us) / sizeof(times_us[0]); i++) {
        first_us = times_us[i] < first_us ? times_us[i] : first_us;
    }
    return first_us;
}

static void send_all(struct placet_adapter *adapter)
{
    pl_link_tick(&adapter->link);
    if (ask_time_us(adapter) <= pl_link_now_us()) {
        pl_link_ping(&adapter->link);
    }
    subscribe_all(adapter);
    pl_calls_flush(&adapter->calls, &adapter->link);
    give_credit(adapter);
}

static int receive_all(struct placet_adapter *adapter)
{
    struct pl_letter letter;
    int count = 0;

    while (count < BATCH && pl_link_receive(&adapter->link, &letter)) {
        handle(adapter, &letter);
        (void)zmq_msg_close(&letter.message);
        count++;
    }
    call_due(adapter);
    return count;
}

int placet_adapter_run(struct placet_adapter *adapter, int timeout_ms, struct placet_error *err)
{
    const int64_t end_us =
        timeout_ms < 0 ? INT64_MAX : pl_link_now_us() + (int64_t)timeout_ms * 1000;

    for (;;) {
        send_all(adapter);
        const int count = receive_all(adapter);
        send_all(adapter);
        const struct placet_error *failure =
            adapter->link.refused.status != PLACET_OK ? &adapter->link.refused : &adapter->failure;
        if (failure->status != PLACET_OK) {
            if (err != NULL) {
                *err = *failure;
            }
            return failure->status;
        }
        const int64_t now_us = pl_link_now_us();
        if (count > 0 || now_us >= end_us) {
            return count;
        }
        const int64_t until_us = next_us(adapter) < end_us ? next_us(adapter) : end_us;
        pl_link_wait(&adapter->link, until_us - now_us);
    }
}

int placet_adapter_fd(const struct placet_adapter *adapter)
{
    return adapter->link.fd;
}

int placet_adapter_wait_ms(const struct placet_adapter *adapter)
{
    const int64_t wait_us = next_us(adapter) - pl_link_now_us();
    if (wait_us <= 0) {
        return 0;
    }
    return wait_us > 1000000 ? 1000 : (int)((wait_us + 999) / 1000);
}

/* ---- what it says of itself ---- */

void placet_adapter_on_outcome(struct placet_adapter *adapter,
                               void (*outcome)(void *context, const struct placet_outcome *outcome),
                               void *context)
{
    adapter->outcome = outcome;
    adapter->outcome_context = context;
}

const struct placet_session *placet_adapter_session(const struct placet_adapter *adapter)
{
    return &adapter->link.session;
}

size_t placet_adapter_tasks(const struct placet_adapter *adapter)
{
    return adapter->hands.count;
}

size_t placet_adapter_pending(const struct placet_adapter *adapter)
{
    return adapter->calls.open;
}

uint64_t placet_adapter_refused(const struct placet_adapter *adapter)
{
    return adapter->refused;
}
