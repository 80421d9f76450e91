/* Any answer of HubSpot: the first two bytes choose the status, the rest is the body. */
#include <assert.h>

#include "base/arena.h"
#include "remote/hubspot_crm.h"
#include "remote/hubspot_oauth.h"

#define INPUT_MAX 200000

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
read_oauth(struct arena *a, const struct http_answer *answer)
{
	struct hubspot_oauth_tokens tokens;
	struct hubspot_oauth_identity identity;
	struct hubspot_account account;
	struct err e = { 0 };

	if (hubspot_oauth_read_tokens(a, answer, &tokens, &e) == HUBSPOT_OAUTH_OK)
		assert(!secret_empty(&tokens.access_token) && tokens.expires_in_s > 0);
	else
		assert(e.code != ERR_NONE && secret_empty(&tokens.access_token));
	assert(!hubspot_oauth_read_introspection(a, answer, &identity, &e) || !identity.active || identity.hub_id > 0);
	assert(!hubspot_oauth_read_account(a, answer, &account, &e) || account.portal_id > 0);
}

static void
read_crm(struct arena *a, const struct http_answer *answer)
{
	struct hubspot_association *pairs;
	struct hubspot_association_more *more;
	struct hubspot_batch_error *errors;
	struct hubspot_record *records;
	struct json *list = NULL;
	struct err e = { 0 };
	struct str after;
	size_t n = 0, n_more = 0;

	(void)hubspot_classify(a, RETRY_HUBSPOT_READ, answer, &e);
	if (hubspot_crm_read_records(a, answer, &records, &n, &e)) {
		for (size_t i = 0; i < n; i++)
			assert(records[i].id.n > 0);
	}
	if (hubspot_crm_read_associations(a, answer, &pairs, &n, &more, &n_more, &e)) {
		for (size_t i = 0; i < n; i++)
			assert(pairs[i].from_id.n > 0 && pairs[i].to_id.n > 0);
	}
	hubspot_crm_read_errors(a, answer, &errors, &n);
	for (size_t i = 0; i < n; i++)
		assert(errors[i].words.n <= 1024);
	(void)!hubspot_crm_read_associations_page(a, STR("1"), answer, &pairs, &n, &after, &e);
	if (hubspot_crm_read_properties(a, answer, &list, &e))
		assert(json_write(a, list).n >= 2);
	if (hubspot_crm_read_pipelines(a, answer, &list, &e))
		assert(json_write(a, list).n >= 2);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct http_answer answer = { .outcome = HTTP_ANSWERED };
	struct arena *a;

	if (size < 2 || size > INPUT_MAX)
		return 0;
	a = arena_new((size_t)512 << 20);
	answer.status = 100 + (data[0] % 5) * 100 + data[1] % 100;
	answer.body = (struct str){ .p = (const char *)data + 2, .n = size - 2 };
	read_oauth(a, &answer);
	read_crm(a, &answer);
	arena_free(a);
	return 0;
}
