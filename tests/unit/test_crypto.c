/* Hashes against published vectors; sealing opens only with the same key in the same place. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/crypto.h"
#include "base/enc.h"

static struct arena *a;

static int
setup(void **state)
{
	(void)state;
	a = arena_new(16 << 20);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	arena_free(a);
	return 0;
}

static void
assert_hex(struct str bytes, const char *hex)
{
	assert_string_equal(str_c(a, enc_hex(a, bytes)), hex);
}

static void
hashes_are_the_published_ones(void **state)
{
	(void)state;
	assert_hex(crypto_sha1(a, STR("abc")), "a9993e364706816aba3e25717850c26c9cd0d89d");
	assert_hex(crypto_sha256(a, STR("abc")), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	assert_hex(crypto_sha256(a, str_from(NULL)),
	    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

/* RFC 4231, cases 1, 2 and 6; 2 in three parts. */
static void
hmac_is_the_one_of_rfc_4231(void **state)
{
	(void)state;
	char key[131];
	struct str whole[] = { STR("Hi There") };
	struct str parts[] = { STR("what do ya "), STR(""), STR("want for nothing?") };
	struct str longer[] = { STR("Test Using Larger Than Block-Size Key - Hash Key First") };

	memset(key, 0x0b, 20);
	struct secret k = secret_copy(a, (struct str){ .p = key, .n = 20 });
	assert_hex(crypto_hmac_sha256(a, &k, whole, 1),
	    "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
	k = secret_copy(a, STR("Jefe"));
	assert_hex(crypto_hmac_sha256(a, &k, parts, 3),
	    "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
	memset(key, 0xaa, 131);
	k = secret_copy(a, (struct str){ .p = key, .n = 131 });
	assert_hex(crypto_hmac_sha256(a, &k, longer, 1),
	    "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

static void
parts_cannot_be_shifted_into_each_other(void **state)
{
	(void)state;
	struct str one[] = { STR("ab"), STR("c") }, two[] = { STR("a"), STR("bc") }, three[] = { STR("abc") };

	assert_false(str_eq(crypto_sha256_parts(a, one, 2), crypto_sha256_parts(a, two, 2)));
	assert_false(str_eq(crypto_sha256_parts(a, one, 2), crypto_sha256_parts(a, three, 1)));
	/* SHA-256 of 8 bytes of length and "abc": a change of the scheme would orphan every stored key. */
	assert_true(str_eq(crypto_sha256_parts(a, three, 1), crypto_sha256(a, STR("\0\0\0\0\0\0\0\3abc"))));
}

static void
a_sealed_text_opens_in_its_place(void **state)
{
	(void)state;
	struct secret key = secret_copy(a, crypto_random(a, 32)), opened;
	struct str sealed, again;
	struct err e;

	assert_true(crypto_seal(a, &key, STR("tenant 7"), STR("token"), &sealed, &e));
	assert_int_equal(sealed.n, 5 + CRYPTO_SEAL_BYTES);
	assert_true(crypto_seal(a, &key, STR("tenant 7"), STR("token"), &again, &e));
	assert_false(str_eq(sealed, again));
	assert_true(crypto_open(a, &key, STR("tenant 7"), sealed, &opened, &e));
	assert_true(secret_eq(&opened, STR("token")));
}

/* F-104: a sealed text that was moved to another row, or changed anywhere, does not open. */
static void
a_moved_or_changed_text_does_not_open(void **state)
{
	(void)state;
	struct secret key = secret_copy(a, crypto_random(a, 32)), other = secret_copy(a, crypto_random(a, 32)), opened;
	struct str sealed;
	struct err e;

	assert_true(crypto_seal(a, &key, STR("tenant 7"), STR("token"), &sealed, &e));
	assert_false(crypto_open(a, &key, STR("tenant 8"), sealed, &opened, &e));
	assert_int_equal(e.code, ERR_DENIED);
	assert_false(crypto_open(a, &other, STR("tenant 7"), sealed, &opened, &e));
	for (size_t i = 0; i < sealed.n; i++) {
		char *changed = str_c(a, sealed);
		changed[i] ^= 1;
		assert_false(
		    crypto_open(a, &key, STR("tenant 7"), (struct str){ .p = changed, .n = sealed.n }, &opened, &e));
		assert_false(crypto_open(a, &key, STR("tenant 7"), str_slice(sealed, 0, i), &opened, &e));
	}
}

static void
an_empty_text_and_a_short_key_are_refused(void **state)
{
	(void)state;
	struct secret key = secret_copy(a, crypto_random(a, 32)), shorter = secret_copy(a, STR("short"));
	struct str sealed;
	struct err e;

	assert_false(crypto_seal(a, &key, STR(""), STR(""), &sealed, &e));
	assert_int_equal(e.code, ERR_INVALID);
	assert_false(crypto_seal(a, &shorter, STR(""), STR("x"), &sealed, &e));
}

static void
random_ids_differ_and_numbers_stay_below(void **state)
{
	(void)state;
	struct str one = crypto_random_id(a), two = crypto_random_id(a);
	bool seen[3] = { false, false, false };

	assert_int_equal(one.n, 43);
	assert_false(str_eq(one, two));
	for (int i = 0; i < 300; i++) {
		int64_t v = crypto_random_below(3);
		assert_in_range(v, 0, 2);
		seen[v] = true;
	}
	assert_true(seen[0] && seen[1] && seen[2]);
	assert_int_equal(crypto_random_below(1), 0);
}

static void
secrets_compare_whole_and_are_wiped_with_their_arena(void **state)
{
	(void)state;
	struct arena *short_lived = arena_new(100000);

	struct secret s = secret_copy(short_lived, STR("very secret"));

	assert_true(secret_eq(&s, STR("very secret")));
	assert_false(secret_eq(&s, STR("very secrex")) || secret_eq(&s, STR("very")) || secret_empty(&s));
	arena_reset(short_lived);
	for (size_t i = 0; i < s.length; i++)
		assert_int_equal(s.bytes[i], 0);
	arena_free(short_lived);
	assert_true(crypto_equal(STR("ab"), STR("ab")) && crypto_equal(STR(""), str_from(NULL)));
	assert_false(crypto_equal(STR("ab"), STR("ac")) || crypto_equal(STR("ab"), STR("a")));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hashes_are_the_published_ones),
		cmocka_unit_test(hmac_is_the_one_of_rfc_4231),
		cmocka_unit_test(parts_cannot_be_shifted_into_each_other),
		cmocka_unit_test(a_sealed_text_opens_in_its_place),
		cmocka_unit_test(a_moved_or_changed_text_does_not_open),
		cmocka_unit_test(an_empty_text_and_a_short_key_are_refused),
		cmocka_unit_test(random_ids_differ_and_numbers_stay_below),
		cmocka_unit_test(secrets_compare_whole_and_are_wiped_with_their_arena),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
