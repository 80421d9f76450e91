/* Any answer of impact.com: the first two bytes choose the status, the rest is the body and a limit header. */
#include <assert.h>

#include "base/arena.h"
#include "core/retry.h"
#include "remote/impact.h"

#define INPUT_MAX 200000

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
read_receipt(struct arena *a, const struct http_answer *answer)
{
	struct impact_receipt receipt;
	struct err e = { 0 };
	bool ok = impact_read_receipt(a, answer, &receipt, &e);

	assert(ok || e.code != ERR_NONE);
	assert(!ok || receipt.batch_id.n > 0 || receipt.action_id.n > 0 || receipt.refusal.n > 0);
	assert(receipt.batch_id.n <= 64 && receipt.action_id.n <= 64 && receipt.refusal.n <= 500);
	(void)retry_classify(RETRY_IMPACT_POST, answer);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct impact_submission_info submission;
	struct impact_company_info company;
	struct impact_program program, *programs;
	struct impact_action_info action, *actions;
	struct http_answer answer = { .outcome = HTTP_ANSWERED };
	struct http_header header = { .name = { .p = "x-ratelimit-reset", .n = 17 } };
	struct err e = { 0 };
	struct settings settings = { 0 };
	struct arena *a;
	int64_t next = 0;
	size_t n = 0;

	if (size < 2 || size > INPUT_MAX)
		return 0;
	a = arena_new((size_t)512 << 20);
	answer.status = 100 + (data[0] % 5) * 100 + data[1] % 100;
	answer.body = (struct str){ .p = (const char *)data + 2, .n = size - 2 };
	header.value = str_slice(answer.body, 0, 20);
	answer.headers = &header;
	answer.n_headers = 1;
	(void)impact_ok(a, &answer, &e);
	read_receipt(a, &answer);
	(void)!impact_read_company(a, &answer, &company, &e);
	(void)!impact_read_programs(a, &answer, &programs, &n, &next, &e);
	(void)!impact_read_program(a, &answer, &program, &e);
	(void)!impact_read_submission(a, &answer, &submission, &e);
	(void)!impact_read_actions(a, &answer, 1, &actions, &n, &next, &e);
	(void)!impact_read_action(a, &answer, &action, &e);
	assert(impact_read_limit(&answer, INT64_C(1795219200000)).reset_in_ms >= -1);
	settings_defaults(&settings, a);
	assert(retry_hint_ms(&settings, &answer, INT64_C(1795219200000), a) >= -1);
	arena_free(a);
	return 0;
}
