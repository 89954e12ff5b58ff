# Link all files of the chosen packages into one tree.
use strict;
use File::Compare;
use File::Find;
use File::Path;
use JSON::PP;

open(my $file, '<', $ENV{NIX_ATTRS_JSON_FILE}) or die "no attributes: $!";
my $asked = decode_json(join '', <$file>);
my $out = $asked->{outputs}{out};

for my $package (@{$asked->{chosen}}) {
    die "error: $package is not of @storeDir@\n" unless index($package, "@storeDir@/") == 0;
    find({ no_chdir => 1, wanted => sub {
        my $name = substr($_, length $package);
        return if $name =~ m{^/nix-support};
        if (-d $_ && !-l $_) {
            mkpath("$out$name");
        } elsif (-e "$out$name") {
            die "error: collision between `$_' and `" . readlink("$out$name") . "'\n"
                if compare($_, "$out$name");
        } else {
            symlink($_, "$out$name") or die "error: $out$name: $!\n";
        }
    } }, $package);
}
