#!/usr/bin/env perl
# Reads TAP with the parser of `prove`: every line is known, nothing is out of order, no name is taken for a directive, every diagnostic is YAML with a verdict, and the
# counts are those given. Usage: check_tap.pl FILE TESTS FAILED
use strict;
use warnings;
use TAP::Parser;

my ($file, $tests, $failed) = @ARGV;
open my $handle, '<', $file or die "$file: $!\n";
my $tap = do { local $/; <$handle> };
$tap =~ s/\ATAP version 14\n/TAP version 13\n/ or die "$file: does not begin with \"TAP version 14\"\n";
my $parser = TAP::Parser->new({tap => $tap});
my @wrong;

while (my $result = $parser->next) {
    push @wrong, 'unknown line: ' . $result->as_string if $result->is_unknown;
    push @wrong, 'diagnostics without a verdict: ' . $result->raw if $result->is_yaml && !$result->data->{verdict};
    push @wrong, 'a directive: ' . $result->as_string if $result->is_test && $result->directive ne '';
    push @wrong, 'a test without a description: ' . $result->as_string if $result->is_test && $result->description eq '';
}
push @wrong, $parser->parse_errors;
push @wrong, 'tests: ' . $parser->tests_run . ", expected $tests" if $parser->tests_run != $tests;
push @wrong, 'failed: ' . scalar($parser->failed) . ", expected $failed" if scalar($parser->failed) != $failed;
print STDERR "$file: $_\n" for @wrong;
exit(@wrong > 0);
