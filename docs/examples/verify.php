<?php
/** True when the body carries the signature of its other members. */
function is_genuine(string $body, string $merchantKey): bool
{
    $members = json_decode($body, true);
    if (!is_array($members)) {
        return false;
    }
    $signature = $members['signature'] ?? '';
    unset($members['signature']);
    $expected = hash_hmac('sha512', json_encode($members), $merchantKey);
    return is_string($signature) && hash_equals($expected, $signature);
}
