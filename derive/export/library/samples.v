(* Independent samples d 1, …, d N of one distribution p; what lies beyond them is x0. *)
Section Samples.
Variables (K : realFieldType) (V : Type) (xs : seq V) (x0 : V).
Notation E := (Z -> V).
Implicit Types (X Y : E -> K) (d e : E) (p : V -> K).

Definition every (q : Z) : seq V := xs.
Definition into (q : Z) (c : V) (e : E) : E := upd e q c.
Definition each p (q : Z) (c : V) (e : E) : K := p c.
Definition same_at (P : Z -> Prop) (e e' : E) : Prop := forall t, P t -> e t = e' t.

Definition samples p (N : Z) X : K := run every into (each p) (Z.to_nat N) 1 X (fun=> x0).

(* Functions of the values, and of the first n samples. *)
Definition of_values X : Prop := forall d d', (forall t, d t = d' t) -> X d = X d'.
Definition of_first (n : Z) X : Prop := forall d d', (forall t, (t <= n)%Z -> d t = d' t) -> X d = X d'.

Lemma same_at_sub (P Q : Z -> Prop) e e' : (forall r, P r -> Q r) -> same_at Q e e' -> same_at P e e'.
Proof. by move=> h k t /h; exact: k. Qed.
Lemma into_same (P : Z -> Prop) q c e e' : true -> same_at P e e' ->
  same_at (fun r => P r \/ r = q) (into q c e) (into q c e').
Proof. by move=> _ h t k; rewrite /into /upd; case: Z.eqb_spec k => // ? [|] //; exact: h. Qed.

Lemma samples_eq p N X Y : (forall d, X d = Y d) -> samples p N X = samples p N Y.
Proof. exact: run_eq. Qed.
Lemma samples_same p q N N' X Y : N = N' -> (forall x, p x = q x) -> (forall d, X d = Y d) ->
  samples p N X = samples q N' Y.
Proof.
move=> <- h k; rewrite (samples_eq _ _ k) /samples; elim: (Z.to_nat N) 1%Z (fun=> x0) => [|n ih] lo e //=.
by apply: sum_eq => c; rewrite ih /each h.
Qed.
Lemma samples_add p N X Y : samples p N (fun d => X d + Y d) = samples p N X + samples p N Y.
Proof. exact: run_add. Qed.
Lemma samples_scale p N x X : samples p N (fun d => x * X d) = x * samples p N X.
Proof. exact: run_scale. Qed.
Lemma samples_zero p N : samples p N (fun=> 0) = 0.
Proof. exact: run_zero. Qed.
Lemma samples_swap p N I (r : seq I) (F : I -> E -> K) :
  samples p N (fun d => \sum_(i <- r) F i d) = \sum_(i <- r) samples p N (F i).
Proof. exact: run_sum. Qed.
Lemma samples_Dc (G : calculus K) p N X : (forall x, D G (p x) = 0) -> (forall d, D G (X d) = 0) ->
  D G (samples p N X) = 0.
Proof. by move=> h k; apply: run_Dc => // q c e; exact: h. Qed.
Lemma samples_paths (S A : Type) (ss : seq S) (aa : seq A) s0 a0 T p N (F : E -> (Z -> S) -> (Z -> A) -> K) :
  samples p N (fun d => paths ss aa s0 a0 T (F d)) = paths ss aa s0 a0 T (fun s a => samples p N (fun d => F d s a)).
Proof.
rewrite /samples; elim: (Z.to_nat N) 1%Z (fun=> x0) => [|n ih] lo e //=.
by rewrite paths_swap; apply: sum_eq => c; rewrite ih paths_scale.
Qed.

Lemma run_values p n lo X d d' : of_values X -> (forall t, d t = d' t) ->
  run every into (each p) n lo X d = run every into (each p) n lo X d'.
Proof.
move=> h k.
apply: (@run_looks K E V every into (each p) same_at (fun _ _ => true) same_at_sub into_same _ _ _ _ (fun=> True)) => //.
by move=> e e' k'; apply: h => t; apply: k'; left.
Qed.

Lemma run_into p n lo q c X e : of_values X -> (q < lo)%Z ->
  run every into (each p) n lo (fun d => X (into q c d)) e = run every into (each p) n lo X (into q c e).
Proof.
move=> h; elim: n lo e => [|n ih] lo e ql //=; apply: sum_eq => x; rewrite ih; last lia; congr (_ * _).
by apply: run_values h _ => t; rewrite /into /upd; case: Z.eqb_spec => // ->; case: Z.eqb_spec => //; lia.
Qed.

Section Distribution.
Variable p : V -> K.
Hypothesis p1 : \sum_(x <- xs) p x = 1.

Lemma samples_one N : samples p N (fun=> 1) = 1.
Proof. by apply: run_one => *; exact: p1. Qed.

Lemma run_sample n lo i X e : of_values X -> (lo <= i)%Z -> (i < lo + Z.of_nat n)%Z ->
  run every into (each p) n lo X e =
  run every into (each p) n lo (fun d => \sum_(x <- xs) p x * X (upd d i x)) e.
Proof.
move=> h; elim: n lo e => [|n ih] lo e h1 h2; first lia.
case: (Z.eq_dec i lo) => [|ne]; last by rewrite /=; apply: sum_eq => c; rewrite ih; [|lia|lia].
move=> ->; set S := \sum_(c <- xs) p c * run every into (each p) n (lo + 1) X (into lo c e).
transitivity (\sum_(c <- xs) S * p c); first by rewrite -mulr_sumr p1 mulr1.
rewrite /=; apply: sum_eq => c; rewrite mulrC; congr (_ * _); rewrite run_sum; apply: sum_eq => x.
rewrite run_scale; congr (_ * _); rewrite run_into //; last lia.
by apply: run_values h _ => t; rewrite /into /upd; case: Z.eqb_spec.
Qed.

Lemma samples_draw N i X : (1 <= i)%Z -> (i <= N)%Z -> of_values X ->
  samples p N X = samples p N (fun d => \sum_(x <- xs) p x * X (upd d i x)).
Proof. by move=> ? ? h; apply: run_sample => //; lia. Qed.

Lemma samples_fewer N n X : (0 <= n)%Z -> (n <= N)%Z -> of_first n X -> samples p N X = samples p n X.
Proof.
move=> h0 hN h; rewrite /samples (_ : Z.to_nat N = (Z.to_nat n + Z.to_nat (N - n))%N); last by rewrite -plusE; lia.
rewrite run_cat; apply: run_eq => e; apply: (@run_const K E) => [*|q c e' ? ?]; first exact: p1.
by apply: h => t ?; rewrite /into upd_other //; lia.
Qed.

Section Slope.
Variable G : calculus K.
Hypothesis p_pos : forall x, 0 < p x.

Lemma run_slope n lo X e : D G (run every into (each p) n lo X e) =
  run every into (each p) n lo
    (fun d => D G (X d) + X d * \sum_(i <- zrange lo (lo + Z.of_nat n - 1)) D G (ln G (p (d i)))) e.
Proof.
elim: n lo e => [|n ih] lo e /=; first by rewrite zrange_empty ?big_nil ?mulr0 ?addr0 //; lia.
rewrite D_sum; apply: sum_eq => c; rewrite D_mul ih /each /=.
transitivity (p c * run every into (each p) n (lo + 1) (fun d => D G (ln G (p (d lo))) * X d +
  (D G (X d) + X d * \sum_(i <- zrange (lo + 1) (lo + 1 + Z.of_nat n - 1)) D G (ln G (p (d i))))) (into lo c e)).
  rewrite [in RHS]run_add [in RHS]mulrDr; congr (_ + _).
  rewrite (@run_pull K E V every into (each p) n (lo + 1) (fun d => D G (ln G (p (d lo))))).
    rewrite /into upd_same // D_ln // mulrA; congr (_ * _); rewrite mulrC divfK //; exact: lt0r_neq0.
  by move=> q x d ? ?; rewrite /into upd_other //; lia.
congr (_ * _); apply: run_eq => d; rewrite (@time_split _ lo (lo + 1)); [|lia|lia].
rewrite (_ : lo + 1 - 1 = lo)%Z; last lia.
rewrite (time_single _ (erefl lo)) (_ : (lo + 1 + Z.of_nat n - 1 = lo + Z.of_nat n.+1 - 1)%Z); last lia.
by rewrite mulrDr addrA [_ * X d]mulrC [_ + D G (X d)]addrC -addrA.
Qed.

Lemma samples_slope N X : D G (samples p N X) =
  samples p N (fun d => D G (X d) + X d * \sum_(i <- zrange 1 N) D G (ln G (p (d i)))).
Proof.
rewrite /samples run_slope; apply: run_eq => d; congr (_ + _ * _).
case: (Z.le_gt_cases 0 N) => h; last by rewrite !zrange_empty //; lia.
by rewrite (_ : (1 + Z.of_nat (Z.to_nat N) - 1 = N)%Z) //; lia.
Qed.
End Slope.

End Distribution.
End Samples.
