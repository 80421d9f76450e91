/* http_link.c - see http_link.h. */
#include "io/http_link.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"

#define SYSTEM_CA_FILE "/etc/ssl/certs/ca-certificates.crt"
#define KEPT_MAX       64
#define KEPT_MS        100000 /* far ends keep a connection for a minute or two */

void
http_links_init(struct http_links *l, const struct settings *s, CURLM *multi, struct http_poll *poll)
{
	struct str ca = s->ca_file.n == 0 ? STR(SYSTEM_CA_FILE) : s->ca_file;

	*l = (struct http_links){ .multi = multi,
		.poll = poll,
		.sessions = curl_share_init(),
		.ca_file = strndup(ca.p, ca.n) };
	if (l->sessions == NULL || l->ca_file == NULL)
		abort();
	(void)curl_share_setopt(l->sessions, CURLSHOPT_SHARE, CURL_LOCK_DATA_SSL_SESSION);
}

void
http_links_free(struct http_links *l)
{
	(void)curl_share_cleanup(l->sessions);
	free(l->ca_file);
}

/*
 * What every transfer has in common.  A handle is reset after each: it would remember how often it had to try again,
 * and what the last request sent.
 */
static void
set_common(const struct http_links *l, CURL *easy)
{
	(void)curl_easy_setopt(easy, CURLOPT_SHARE, l->sessions);
	(void)curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
	/* Where a request may go: to the host it names, by https, and nowhere else. */
	(void)curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "https");
	(void)curl_easy_setopt(easy, CURLOPT_REDIR_PROTOCOLS_STR, "https");
	(void)curl_easy_setopt(easy, CURLOPT_DEFAULT_PROTOCOL, "https");
	(void)curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
	(void)curl_easy_setopt(easy, CURLOPT_MAXREDIRS, 0L);
	(void)curl_easy_setopt(easy, CURLOPT_DISALLOW_USERNAME_IN_URL, 1L);
	(void)curl_easy_setopt(easy, CURLOPT_UNRESTRICTED_AUTH, 0L);
	/* The environment and home folder must not change traffic (F-162). */
	(void)curl_easy_setopt(easy, CURLOPT_PROXY, "");
	(void)curl_easy_setopt(easy, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
	/* One request at a time a connection, so "was it sent" has one answer. */
	(void)curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	(void)curl_easy_setopt(easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	(void)curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 1L);
	(void)curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 2L);
	(void)curl_easy_setopt(easy, CURLOPT_CAINFO, l->ca_file);
	/* Without a CA folder libcurl keeps the parsed bundle: 0.5 ms instead of 27 ms a fresh connection. */
	(void)curl_easy_setopt(easy, CURLOPT_CAPATH, NULL);
#if LIBCURL_VERSION_NUM >= 0x075700
	(void)curl_easy_setopt(easy, CURLOPT_CA_CACHE_TIMEOUT, 3600L);
#endif
}

CURL *
http_links_easy(struct http_links *l)
{
	CURL *easy = l->n_idle > 0 ? l->idle[--l->n_idle] : curl_easy_init();

	if (easy == NULL)
		abort();
	set_common(l, easy);
	return easy;
}

void
http_links_easy_back(struct http_links *l, CURL *easy)
{
	curl_easy_reset(easy);
	if (l->n_idle < HTTP_LINK_EASY_MAX)
		l->idle[l->n_idle++] = easy;
	else
		curl_easy_cleanup(easy);
}

struct http_link *
http_link_open(struct http_links *l, struct str origin, int64_t connect_ms, int64_t total_ms, void *by)
{
	struct http_link *link = calloc(1, sizeof(*link));

	if (link == NULL)
		abort();
	link->origin = strndup(origin.p, origin.n);
	if (link->origin == NULL)
		abort();
	link->easy = http_links_easy(l);
	link->fd = -1;
	link->by = by;
	(void)curl_easy_setopt(link->easy, CURLOPT_URL, link->origin);
	(void)curl_easy_setopt(link->easy, CURLOPT_CONNECT_ONLY, 1L);
	(void)curl_easy_setopt(link->easy, CURLOPT_CONNECTTIMEOUT_MS, (long)connect_ms);
	(void)curl_easy_setopt(link->easy, CURLOPT_TIMEOUT_MS, (long)total_ms);
	(void)curl_easy_setopt(link->easy, CURLOPT_PRIVATE, by);
	if (curl_multi_add_handle(l->multi, link->easy) != CURLM_OK)
		abort(); /* out of memory: no other reason is left */
	return link;
}

bool
http_link_made(struct http_link *link)
{
	curl_socket_t fd = CURL_SOCKET_BAD;

	(void)curl_easy_getinfo(link->easy, CURLINFO_ACTIVESOCKET, &fd);
	link->fd = fd;
	return fd != CURL_SOCKET_BAD;
}

/* Of one that is in no list. */
static void
hang_up(struct http_links *l, struct http_link *link)
{
	if (link->fd >= 0)
		http_poll_leave(l->poll, link->fd);
	(void)curl_multi_remove_handle(l->multi, link->easy); /* closes it */
	http_links_easy_back(l, link->easy);
	free(link->origin);
	free(link);
}

static void
leave_kept(struct http_links *l, struct http_link *link)
{
	*link->link = link->next;
	if (link->next != NULL)
		link->next->link = link->link;
	l->n_kept--;
}

struct http_link *
http_link_find(struct http_links *l, struct str origin, void *by)
{
	int64_t oldest = clock_mono_ms() - KEPT_MS;
	struct http_link *next;

	for (struct http_link *link = l->kept; link != NULL; link = next) {
		next = link->next;
		if (link->kept_mono_ms < oldest) {
			http_link_close(l, link);
		} else if (str_eq(str_from(link->origin), origin)) {
			leave_kept(l, link);
			link->by = by;
			return link;
		}
	}
	return NULL;
}

void
http_link_keep(struct http_links *l, struct http_link *link)
{
	link->by = NULL;
	link->used = true;
	link->kept_mono_ms = clock_mono_ms();
	link->next = l->kept;
	link->link = &l->kept;
	if (link->next != NULL)
		link->next->link = &link->next;
	l->kept = link;
	l->n_kept++;
	if (l->n_kept <= KEPT_MAX)
		return;
	while (link->next != NULL)
		link = link->next;
	http_link_close(l, link);
}

void
http_link_stirs(struct http_links *l, struct http_link *link)
{
	char byte;
	size_t n;

	if (http_link_receive(link, &byte, 1, &n) != HTTP_LINK_LATER)
		http_link_close(l, link);
}

void
http_link_close(struct http_links *l, struct http_link *link)
{
	if (link->by == NULL)
		leave_kept(l, link);
	hang_up(l, link);
}

void
http_links_fini(struct http_links *l)
{
	struct http_link *link;

	while ((link = l->kept) != NULL) {
		l->kept = link->next;
		hang_up(l, link);
	}
	while (l->n_idle > 0)
		curl_easy_cleanup(l->idle[--l->n_idle]);
}

enum http_link_moved
http_link_send(struct http_link *link, const char *p, size_t n, size_t *moved)
{
	CURLcode rc = curl_easy_send(link->easy, p, n, moved);

	return rc == CURLE_OK ? HTTP_LINK_MOVED : rc == CURLE_AGAIN ? HTTP_LINK_LATER : HTTP_LINK_BROKEN;
}

enum http_link_moved
http_link_receive(struct http_link *link, char *p, size_t n, size_t *moved)
{
	CURLcode rc = curl_easy_recv(link->easy, p, n, moved);

	if (rc != CURLE_OK)
		return rc == CURLE_AGAIN ? HTTP_LINK_LATER : HTTP_LINK_BROKEN;
	return *moved > 0 ? HTTP_LINK_MOVED : HTTP_LINK_CLOSED;
}
