package enum UFW {
    /// Has ufw(8) enable its own rules, with port 80 open, for a shell in a mount namespace of its own; on a copy of its configuration in the
    /// folder that is the shell's `$0`.
    package static let enabling = """
        set -e
        cp -a /etc/ufw "$0/rules"
        cp -a /etc/default/ufw "$0/defaults"
        mount --bind "$0/rules" /etc/ufw
        mount --bind "$0/defaults" /etc/default/ufw
        mount -t tmpfs none /run
        ufw allow 80/tcp
        ufw deny 81/tcp
        ufw --force enable
        """
}
