"""Many processes of one site: what each costs, 200 streams by two workers, and a storm."""
