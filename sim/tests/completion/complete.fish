# What fish offers for the word at the end of command lines: lines of the number of the command line, a tab, a word.
# Usage: complete.fish SCRIPT LINE...
source $argv[1]
set -l number 0
for line in $argv[2..]
    complete -C $line | string replace -r '\t.*' '' | string replace -r '^' $number\t
    set number (math $number + 1)
end
